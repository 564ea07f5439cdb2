package io.balsa.examples.chaos;

import io.balsa.examples.chaos.cluster.ServerCommand;
import io.balsa.examples.chaos.fault.Fault;
import io.balsa.examples.chaos.fault.Faults;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.Installation;
import io.balsa.examples.process.Trees;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of {@code examples/bin/chaos}. */
@Command(
    name = "chaos",
    description = {
      "Starts a cluster of real processes on this machine, lets clients work on it, breaks it in every",
      "way it knows, and holds what the clients saw against what was promised. Exits with 1 if any",
      "promise was broken, or if too little succeeded to prove anything."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ChaosMain implements Callable<Integer> {
  private static final double MILLIS_PER_MINUTE = 60_000;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "How long things are broken, such as 0.5 (default: 2).")
  private double minutes = 2;

  @Option(names = "--nodes", paramLabel = "N", description = "How many members (default: 3).")
  private int nodes = 3;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description =
          "Decides what is broken when, and what is asked (default: a new one each time).")
  private long seed = ThreadLocalRandom.current().nextLong(1_000_000);

  @Option(
      names = "--faults",
      paramLabel = "LIST",
      split = ",",
      description = "Kinds of faults, with commas between them; or all, or none (default: all).")
  private List<String> faults = List.of("all");

  @Option(
      names = "--workload",
      paramLabel = "NAME",
      description = "What clients do: ${COMPLETION-CANDIDATES} (default: register).")
  private WorkloadKind workload = WorkloadKind.REGISTER;

  @Option(names = "--clients", paramLabel = "N", description = "How many clients (default: 12).")
  private int clients = 12;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Steps per second of all clients together, at most (default: 150).")
  private int rate = 150;

  @Option(
      names = "--failpoints",
      description =
          "One start in three is armed with a failpoint, at which the member dies or waits.")
  private boolean failpoints;

  @Option(
      names = "--bug",
      paramLabel = "NAME",
      description = {
        "Runs members with a planted bug, to see it found: reply-before-fsync,",
        "read-without-quorum, watch-skips-at-compaction, revision-not-restored."
      })
  private String bug = "";

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = {
        "Where histories, report, and the members' files and logs go, and stay",
        "(default: a temporary directory, deleted if all is well)."
      })
  private @Nullable Path out;

  @Option(names = "--list-faults", description = "Lists the kinds of faults, and ends.")
  private boolean listFaults;

  @Spec private CommandSpec command = CommandSpec.create();

  private ChaosMain() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** Runs one command line and returns its exit code: 0, 1 after a violation, 2 for a bad command line. */
  static int execute(PrintWriter out, String... args) {
    return commandLine().setOut(out).setErr(out).execute(args);
  }

  private static CommandLine commandLine() {
    return new CommandLine(new ChaosMain()).setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public Integer call() {
    PrintWriter writer = command.commandLine().getOut();
    if (listFaults) {
      Faults.all().forEach(f -> writer.printf("%-15s %s%n", f.name(), f.meaning()));
      return 0;
    }
    try {
      return run(writer);
    } catch (ExampleException | UncheckedIOException e) {
      command.commandLine().getErr().println("chaos: " + e.getMessage());
      return 1;
    }
  }

  private int run(PrintWriter writer) {
    atLeast("--nodes", nodes, 1);
    atLeast("--clients", clients, 1);
    atLeast("--rate", rate, 1);
    List<Fault> chosen = chosen();
    Path dir = directory();
    ChaosPlan plan =
        new ChaosPlan(
            Duration.ofMillis(Math.round(minutes * MILLIS_PER_MINUTE)),
            nodes,
            seed,
            faults,
            chosen,
            workload,
            failpoints,
            bug,
            clients,
            rate,
            dir);
    writer.println(plan.replay());
    boolean terminal = Boolean.getBoolean("balsa.terminal");
    Installation home = Installation.find();
    ServerCommand server =
        bug.isEmpty() ? ServerCommand.sound(home) : ServerCommand.withBug(home, bug);
    ChaosReport report = ChaosRun.run(plan, server, new Progress(writer, terminal));
    String text = report.toString();
    writer.println();
    writer.print(text);
    write(dir.resolve("report.txt"), plan.replay() + "\n\n" + text);
    writer.println();
    writer.println(report.passed() ? "PASSED" : "FAILED: the same again: " + plan.replay());
    if (out == null && report.passed()) {
      Trees.delete(dir);
    } else {
      writer.println("histories, report and logs are in " + dir);
    }
    return report.passed() ? 0 : 1;
  }

  private Path directory() {
    if (out == null) {
      return Trees.temporary("balsa-chaos-");
    }
    if (Files.exists(out.resolve("n1"))) {
      throw new ExampleException(out + " holds members of an earlier run");
    }
    try {
      return Files.createDirectories(out.toAbsolutePath());
    } catch (IOException e) {
      throw new ExampleException("can't create " + out + ": " + e.getMessage(), e);
    }
  }

  private List<Fault> chosen() {
    if (faults.equals(List.of("all"))) {
      return workload == WorkloadKind.MEMBERSHIP ? withMoreChanges() : Faults.all();
    }
    if (faults.equals(List.of("none"))) {
      return List.of();
    }
    try {
      return Faults.named(faults);
    } catch (ExampleException unknown) {
      throw refused(String.valueOf(unknown.getMessage()));
    }
  }

  private static List<Fault> withMoreChanges() {
    List<Fault> more = new ArrayList<>(Faults.all());
    for (int i = 0; i < Faults.all().size() / 3; i++) {
      more.addAll(Faults.named(List.of("members")));
    }
    return more;
  }

  private void atLeast(String option, int value, int least) {
    if (value < least) {
      throw refused(option + " is " + least + " or more, not " + value);
    }
  }

  private ParameterException refused(String why) {
    return new ParameterException(command.commandLine(), why);
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("can't write " + file, e);
    }
  }
}
