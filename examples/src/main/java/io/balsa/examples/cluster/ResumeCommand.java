package io.balsa.examples.cluster;

import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.ProcessRef;
import picocli.CommandLine.Command;

/** {@code cluster resume NAME}. */
@Command(
    name = "resume",
    description = "Lets a frozen member go on (SIGCONT).",
    mixinStandardHelpOptions = true)
final class ResumeCommand extends MemberCommand {

  @Override
  String act(StateFile file, ClusterState state, MemberSpec member) {
    ProcessRef process = running(state, member);
    process.resume();
    return "goes on (pid " + process.pid() + ")";
  }
}
