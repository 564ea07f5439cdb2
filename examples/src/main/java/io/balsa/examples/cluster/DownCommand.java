package io.balsa.examples.cluster;

import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.ProcessRef;
import io.balsa.examples.process.Trees;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cluster down}. */
@Command(
    name = "down",
    description = "Stops all members; their data stays, unless --purge is given.",
    mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {

  @Option(names = "--purge", description = "Delete the members' data and logs too.")
  private boolean purge;

  @Mixin private DirOption dir = new DirOption();

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    try (StateFile file = StateFile.lockExisting(dir.path())) {
      ClusterState state = file.state();
      List<MemberSpec> running = state.spec().members().stream().filter(state::isRunning).toList();
      running.forEach(member -> terminate(state, member));
      running.forEach(member -> out.println(member.name() + " " + end(state, member)));
      if (purge) {
        state.spec().members().forEach(member -> Trees.delete(member.dir()));
        file.delete();
        out.println("data and logs in " + dir.path() + " are deleted");
      } else if (running.isEmpty()) {
        out.println("no member was running");
      }
      return 0;
    }
  }

  private static void terminate(ClusterState state, MemberSpec member) {
    ProcessRef process = state.lastProcess(member);
    process.terminate();
    process.resume(); // A frozen process would hear the other signal only when it goes on.
  }

  private static String end(ClusterState state, MemberSpec member) {
    ProcessRef process = state.lastProcess(member);
    if (process.awaitExit(MemberCommand.EXIT_DEADLINE)) {
      return "has stopped";
    }
    process.kill();
    MemberCommand.awaitExit(member, process);
    return "didn't stop within " + MemberCommand.EXIT_DEADLINE.toSeconds() + " s and was killed";
  }
}
