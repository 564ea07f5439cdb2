package io.balsa.examples.crash;

import io.balsa.examples.client.ClusterClient;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.Installation;
import io.balsa.examples.process.LocalCluster;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line of {@code examples/bin/crash-rounds}. */
@Command(
    name = "crash-rounds",
    description = {
      "Kills members under load (kill -9), one or all of them, starts them again, round after round,",
      "and checks that no acknowledged write is ever missing and that all members agree."
    },
    mixinStandardHelpOptions = true)
public final class CrashRounds implements Callable<Integer> {
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(3);

  @Option(names = "--rounds", paramLabel = "N", description = "How many rounds (default: 100).")
  private int rounds = 100;

  @Option(names = "--members", paramLabel = "N", description = "How many members (default: 3).")
  private int members = 3;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Decides who is killed when (default: a new one each time).")
  private long seed = ThreadLocalRandom.current().nextLong(1_000_000);

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where data and logs are, and stay (default: a temporary directory).")
  private @Nullable Path dir;

  @Spec private CommandSpec command = CommandSpec.create();

  private CrashRounds() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new CrashRounds()).execute(args));
  }

  /** Runs one command line and returns its exit code: 0, 1 after a loss, 2 for a bad command line. */
  static int execute(PrintWriter out, String... args) {
    return new CommandLine(new CrashRounds()).setOut(out).execute(args);
  }

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    out.printf("%d rounds of kill -9 under load, %d members, seed %d%n", rounds, members, seed);
    try (LocalCluster cluster = startCluster();
        ClusterClient clients = new ClusterClient(cluster.members(), CALL_TIMEOUT)) {
      RoundRunner runner = new RoundRunner(cluster, clients, seed, out);
      boolean passed = runner.run(rounds);
      if (!passed) {
        cluster.keepFiles();
        out.println("data and logs stay in " + cluster.dir());
      }
      return passed ? 0 : 1;
    } catch (ExampleException e) {
      command.commandLine().getErr().println("crash-rounds: " + e.getMessage());
      return 1;
    }
  }

  private LocalCluster startCluster() {
    Installation home = Installation.find();
    if (dir == null) {
      return LocalCluster.startTemporary(home, members, List.of());
    }
    if (Files.exists(dir.resolve("n1"))) {
      throw new ExampleException(dir + " holds members of an earlier run");
    }
    return LocalCluster.start(home, dir.toAbsolutePath(), members, List.of());
  }
}
