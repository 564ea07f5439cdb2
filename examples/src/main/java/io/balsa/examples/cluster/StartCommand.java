package io.balsa.examples.cluster;

import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.Installation;
import io.balsa.examples.process.Launcher;
import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.ProcessRef;
import io.balsa.examples.process.Startup;
import picocli.CommandLine.Command;

/** {@code cluster start NAME}. */
@Command(
    name = "start",
    description = "Starts a member again, on its data, and waits until it is healthy.",
    mixinStandardHelpOptions = true)
final class StartCommand extends MemberCommand {

  @Override
  String act(StateFile file, ClusterState state, MemberSpec member) {
    if (state.isRunning(member)) {
      throw new ExampleException(member.name() + " is running already");
    }
    Launcher launcher = new Launcher(Installation.find().server());
    ProcessRef process = ProcessRef.of(launcher.start(state.spec(), member));
    file.write(state.with(member, process));
    Startup.awaitHealthy(member, process);
    return "is up (pid " + process.pid() + ")";
  }
}
