package io.balsa.examples.cluster;

import io.balsa.examples.demo.Demo;
import io.balsa.examples.demo.Narrator;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.Installation;
import io.balsa.examples.process.LocalCluster;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code cluster demo}. */
@Command(
    name = "demo",
    description = {
      "Starts three members, writes, reads, watches, kills the leader, and checks that nothing is lost.",
      "Leaves nothing behind."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final int MEMBERS = 3;

  @Override
  public Integer call() {
    Installation home = Installation.find();
    Narrator narrator = new Narrator(System.out, Boolean.getBoolean("balsa.terminal"));
    narrator.say("Balsa: three members, each a process of its own");
    try (LocalCluster cluster = LocalCluster.startTemporary(home, MEMBERS, List.of())) {
      narrator.step(
          "start",
          "%s",
          cluster.members().stream()
              .map(member -> member.name() + " on " + member.endpoint())
              .collect(Collectors.joining(", ")));
      try (Demo demo = new Demo(cluster, narrator)) {
        demo.run();
      } catch (ExampleException | StatusRuntimeException | IllegalStateException e) {
        // Told to end, the JVM kills the members under our feet: that is no failure to tell of.
        narrator.failure(
            cluster.isClosed() ? "interrupted" : "FAILED: " + e.getMessage() + cluster.logs());
        return 1;
      }
    }
    narrator.step("end", "all members are stopped, all files are gone");
    return 0;
  }
}
