package io.balsa.examples.cluster;

import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.ProcessRef;
import picocli.CommandLine.Command;

/** {@code cluster stop NAME}. */
@Command(
    name = "stop",
    description = "Stops a member in good order (SIGTERM) and waits for it.",
    mixinStandardHelpOptions = true)
final class StopCommand extends MemberCommand {

  @Override
  String act(StateFile file, ClusterState state, MemberSpec member) {
    ProcessRef process = running(state, member);
    process.terminate();
    process.resume(); // A paused process would hear the other signal only when it goes on.
    awaitExit(member, process);
    return "has stopped (pid " + process.pid() + ")";
  }
}
