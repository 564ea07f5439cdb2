package io.balsa.examples.cluster;

import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.ProcessRef;
import picocli.CommandLine.Command;

/** {@code cluster kill NAME}. */
@Command(
    name = "kill",
    description = "Kills a member at once (SIGKILL).",
    mixinStandardHelpOptions = true)
final class KillCommand extends MemberCommand {

  @Override
  String act(StateFile file, ClusterState state, MemberSpec member) {
    ProcessRef process = running(state, member);
    process.kill();
    awaitExit(member, process);
    return "was killed (pid " + process.pid() + ")";
  }
}
