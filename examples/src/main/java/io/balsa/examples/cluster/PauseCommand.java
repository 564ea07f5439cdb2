package io.balsa.examples.cluster;

import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.ProcessRef;
import picocli.CommandLine.Command;

/** {@code cluster pause NAME}. */
@Command(
    name = "pause",
    description = "Freezes a member (SIGSTOP).",
    mixinStandardHelpOptions = true)
final class PauseCommand extends MemberCommand {

  @Override
  String act(StateFile file, ClusterState state, MemberSpec member) {
    ProcessRef process = running(state, member);
    process.pause();
    return "is frozen (pid " + process.pid() + ")";
  }
}
