package io.balsa.examples.cluster;

import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.ProcessRef;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the commands that act on one member share: which cluster, which member, and the sentence that says what was done. */
abstract class MemberCommand implements Callable<Integer> {
  static final Duration EXIT_DEADLINE = Duration.ofSeconds(15);

  @Mixin private DirOption dir = new DirOption();

  @Parameters(paramLabel = "NAME", description = "The member, such as n1.")
  private String name = "";

  @Spec private CommandSpec command = CommandSpec.create();

  /** Acts on the member, and returns what was done in the past tense. */
  abstract String act(StateFile file, ClusterState state, MemberSpec member);

  @Override
  public Integer call() {
    try (StateFile file = StateFile.lockExisting(dir.path())) {
      ClusterState state = file.state();
      MemberSpec member = state.member(name);
      out().println(member.name() + " " + act(file, state, member));
      return 0;
    }
  }

  PrintWriter out() {
    return command.commandLine().getOut();
  }

  static ProcessRef running(ClusterState state, MemberSpec member) {
    return state
        .process(member)
        .filter(ProcessRef::isAlive)
        .orElseThrow(() -> new ExampleException(member.name() + " isn't running"));
  }

  static void awaitExit(MemberSpec member, ProcessRef process) {
    if (!process.awaitExit(EXIT_DEADLINE)) {
      throw new ExampleException(
          member.name()
              + " (pid "
              + process.pid()
              + ") was still there after "
              + EXIT_DEADLINE.toSeconds()
              + " s");
    }
  }
}
