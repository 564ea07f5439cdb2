package io.balsa.examples.simulate;

import io.balsa.examples.process.ExampleException;
import io.balsa.raft.testkit.simulator.Extent;
import io.balsa.raft.testkit.simulator.SimOptions;
import io.balsa.raft.testkit.zoo.Specimen;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of {@code examples/bin/simulate}. */
@Command(
    name = "simulate",
    description = {
      "Runs simulated clusters, one for each seed, through crashes, partitions, lost messages and slow disks, checks every"
          + " step, and judges what clients saw. The same seed is the same run, event by event, however many run at once. In"
          + " half of the seeds, messages go through the real wire codec.",
      "",
      "With --bug, plants a bug and looks for the first seed that finds it."
    },
    usageHelpWidth = 100,
    mixinStandardHelpOptions = true,
    version = "Balsa 0.1.0-SNAPSHOT",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every seed passed; with --bug: the bug was found, as it must be",
      "1:a seed failed, or of a thousand none reached some kind of fault; with --bug: the bug was not found",
      "2:the command line makes no sense"
    })
public final class SimulateMain implements Callable<Integer> {
  private static final long SEEDS = 1_000;
  private static final long SEEDS_OF_HUNT = 2_000;
  private static final String ALL = "all";

  @Option(names = "--seeds", paramLabel = "N", description = "How many (1000; with --bug 2000).")
  private @Nullable Long seeds;

  @Option(
      names = "--first",
      paramLabel = "S",
      description = "The first (by the clock; with --bug 1).")
  private @Nullable Long first;

  @Option(names = "--seed", paramLabel = "S", description = "This one only, once more.")
  private @Nullable Long seed;

  @Option(
      names = "--workload",
      paramLabel = "NAME",
      description = "What clients do: ${COMPLETION-CANDIDATES} (register).")
  private @Nullable Workload workload;

  @Option(
      names = "--bug",
      paramLabel = "NAME",
      description = "Hunts this bug; \"all\" hunts each, which takes minutes.")
  private @Nullable String bug;

  @Option(names = "--list-bugs", description = "The bugs, and who finds them.")
  private boolean listBugs;

  @Option(
      names = "--jobs",
      paramLabel = "J",
      description = "How many at once, one thread each (1).")
  private int jobs = 1;

  @Option(
      names = "--seconds",
      paramLabel = "V",
      description = "How long faults go on, in virtual time (30).")
  private @Nullable Long seconds;

  @Option(
      names = "--without",
      paramLabel = "KIND",
      split = ",",
      description = "Kinds of faults that stay off though a seed may draw them, by commas.")
  private List<String> without = new ArrayList<>();

  @Option(names = "--clients", paramLabel = "N", description = "How many clients at most.")
  private @Nullable Integer clients;

  @Option(
      names = "--shrink",
      description =
          "With --seed: looks for the shortest run with the fewest kinds of faults and clients that fails alike. Of many"
              + " seeds, the first that fails is shrunk in any case.")
  private boolean shrink;

  @Option(
      names = "--history",
      paramLabel = "FILE",
      description =
          "With --seed: writes what clients did and were told there (.edn or .jsonl), for examples/bin/check-history.")
  private @Nullable Path history;

  @Spec private CommandSpec command = CommandSpec.create();

  private SimulateMain() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** Runs one command line and returns its exit code. */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    return commandLine().setOut(out).setErr(err).execute(args);
  }

  private static CommandLine commandLine() {
    CommandLine line = new CommandLine(new SimulateMain());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(
        (exception, args) -> {
          line.getErr().println("simulate: " + exception.getMessage() + "; see simulate --help");
          return CommandLine.ExitCode.USAGE;
        });
    line.setExecutionExceptionHandler(
        (exception, failed, parsed) -> {
          if (exception instanceof ExampleException) {
            line.getErr().println("simulate: " + exception.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
          }
          throw exception;
        });
    return line;
  }

  @Override
  public Integer call() {
    check();
    PrintWriter out = command.commandLine().getOut();
    if (listBugs) {
      BugHunt.list(out);
      return 0;
    }
    return bug == null ? simulate(out) : hunt(out, bug);
  }

  private void check() {
    refuseIf(seeds != null && seeds < 1, "--seeds must be at least 1");
    refuseIf(jobs < 1, "--jobs must be at least 1");
    refuseIf(seconds != null && seconds < 0, "--seconds must not be negative");
    refuseIf(clients != null && clients < 1, "--clients must be at least 1");
    refuseIf(
        seed != null && (seeds != null || first != null),
        "--seed names one seed: no --seeds, no --first");
    refuseIf(shrink && seed == null, "--shrink needs a --seed");
    refuseIf(
        history != null && (seed == null || bug != null || chosen() != Workload.REGISTER),
        "--history needs a --seed of the workload register, and no --bug");
    refuseIf(bug != null && workload != null, "each --bug has its own workload: no --workload");
    refuseIf(ALL.equals(bug) && seed != null, "--bug all hunts from seed to seed: no --seed");
  }

  private void refuseIf(boolean condition, String why) {
    if (condition) {
      throw new ParameterException(command.commandLine(), why);
    }
  }

  private Extent extent() {
    try {
      Extent extent = Extent.FULL.without(new TreeSet<>(without));
      return extent
          .withFaults(seconds == null ? extent.faults() : Duration.ofSeconds(seconds))
          .withClientsMax(clients == null ? extent.clientsMax() : clients);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "--without: " + e.getMessage(), e);
    }
  }

  private Workload chosen() {
    return Optional.ofNullable(workload).orElse(Workload.REGISTER);
  }

  private int simulate(PrintWriter out) {
    SimOptions<?> options = chosen().options().within(extent());
    if (seed != null) {
      return new SingleSeed(options, chosen().replay(), out, Optional.ofNullable(history))
          .run(seed, shrink);
    }
    long from = first == null ? System.currentTimeMillis() % 1_000_000_000L * 1_000 : first;
    SeedBatch batch = new SeedBatch(options, chosen().replay(), out);
    return batch.run(from, seeds == null ? SEEDS : seeds, jobs);
  }

  private int hunt(PrintWriter out, String name) {
    BugHunt hunt = new BugHunt(extent(), out);
    if (name.equals(ALL)) {
      return hunt.all(from(), count(), jobs);
    }
    Specimen specimen =
        Specimen.all().stream()
            .filter(known -> known.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new ParameterException(
                        command.commandLine(), "no bug is called " + name + ", see --list-bugs"));
    return hunt.one(specimen, from(), count(), jobs, shrink);
  }

  private long from() {
    return seed != null ? seed : first != null ? first : 1;
  }

  private long count() {
    return seed != null ? 1 : seeds != null ? seeds : SEEDS_OF_HUNT;
  }
}
