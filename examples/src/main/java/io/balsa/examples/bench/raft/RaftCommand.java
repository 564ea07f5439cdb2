package io.balsa.examples.bench.raft;

import io.balsa.examples.bench.report.Column;
import io.balsa.examples.bench.report.Ratios;
import io.balsa.examples.bench.report.Report;
import io.balsa.examples.bench.report.ReportOptions;
import io.balsa.examples.bench.report.Row;
import io.balsa.examples.process.Installation;
import io.balsa.examples.process.Trees;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench raft}: the libraries alone, without a store or its protocol around them. */
@Command(
    name = "raft",
    description = {
      "Three nodes of each Raft library in one JVM, over loopback TCP, with a log that is flushed before anything is acknowledged"
          + " and a state machine that does nothing. Proposals are made at the leader, so many always in flight. Each library has"
          + " a JVM of its own, with the same options, and its own dependencies; its defaults are left as they are, apart from"
          + " limits of proposals in flight and snapshots, which nobody takes.",
      "",
      "* MicroRaft brings neither transport nor store: its nodes call each other and serialize nothing, and its log is a file that"
          + " is appended to and forced. It shows what a protocol and a disk cost without a network; it isn't a peer's figure."
    },
    usageHelpWidth = 110,
    mixinStandardHelpOptions = true,
    footerHeading = "%nFigures (medians of the rounds):%n",
    footer = {
      "  PER SECOND  proposals applied at the leader in a second",
      "  P50 … P99.9 milliseconds from a proposal until it is applied at the leader",
      "  CPU/PROP    CPU microseconds of the whole JVM, all three nodes and the proposers, per proposal",
      "  FLUSHES/S   counted for all three nodes together: FileChannel.force by the JVM's events, RocksDB's by its tickers",
      "  HEAP MB     of the whole JVM, after a full collection",
      "  ERR         proposals that failed",
      "  ×           balsa's proposals a second with the file log, divided by this line's; ×CPU and ×P50 the same of those"
    })
public final class RaftCommand implements Callable<Integer> {
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("system", "SYSTEM", 16),
          Column.number("payloadBytes", "BYTES", 0),
          Column.number("inFlight", "IN FLIGHT", 0),
          Column.number("perSecond", "PER SECOND", 0),
          Column.number("p50Millis", "P50", 2),
          Column.number("p99Millis", "P99", 2),
          Column.number("p999Millis", "P99.9", 2),
          Column.number("cpuMicros", "CPU/PROP", 1),
          Column.number("flushesPerSecond", "FLUSHES/S", 0),
          Column.number("heapMebibytes", "HEAP MB", 0),
          Column.number("errors", "ERR", 0),
          Column.number("oursPerSecond", "×", 2),
          Column.number("oursCpuMicros", "×CPU", 2),
          Column.number("oursP50Millis", "×P50", 2));

  @Mixin private ReportOptions options = new ReportOptions();

  @Option(
      names = "--systems",
      paramLabel = "NAME",
      split = ",",
      description = "balsa-file, balsa-rocksdb, sofajraft, ratis, microraft (all).")
  private List<String> systems = Stream.of(Contender.values()).map(Contender::option).toList();

  @Option(
      names = "--bytes",
      paramLabel = "N",
      split = ",",
      description = "Payloads (16,256,1024; quick 16).")
  private List<Integer> payloads = List.of();

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      split = ",",
      description = "Proposals under way (1,64,1024,8192; quick 1,1024).")
  private List<Integer> inFlight = List.of();

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds per case (3; quick 1).")
  private @Nullable Integer rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long a round is measured (5; quick 1).")
  private @Nullable Double seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description = "How long each library works before its first round (20; quick 2).")
  private @Nullable Double warmUp;

  @Option(
      names = "--jvm",
      paramLabel = "OPTION",
      description = "Further options of every trial's JVM; may be repeated.")
  private List<String> jvmOptions = new ArrayList<>();

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where logs are written, and deleted (a temporary directory).")
  private @Nullable Path dir;

  @Spec private CommandSpec command = CommandSpec.create();

  public RaftCommand() {}

  @Override
  public Integer call() {
    List<Contender> contenders = systems.stream().map(Contender::of).toList();
    Path root = dir == null ? Trees.temporary("balsa-bench-raft-") : dir.resolve("bench-raft");
    Path dist = Installation.rootDir().resolve("examples/target/dist");
    Map<Contender, Map<String, List<Row>>> results = new LinkedHashMap<>();
    try (Report report = options.open(command)) {
      report.begin(COLUMNS);
      for (Contender contender : contenders) {
        Trial trial = new Trial(contender, dist, root, jvmOptions);
        List<Row> rows = trial.run(report, plan());
        Map<String, List<Row>> cases = new LinkedHashMap<>();
        rows.forEach(row -> cases.computeIfAbsent(title(row), t -> new ArrayList<>()).add(row));
        results.put(contender, cases);
        cases.forEach(
            (title, rounds) -> report.add(complete(contender, dist, title, rounds, results)));
      }
    } finally {
      Trees.delete(root);
    }
    return 0;
  }

  private Trial.Plan plan() {
    boolean quick = options.isQuick();
    return new Trial.Plan(
        payloads.isEmpty() ? (quick ? List.of(16) : List.of(16, 256, 1024)) : payloads,
        inFlight.isEmpty() ? (quick ? List.of(1, 1024) : List.of(1, 64, 1024, 8192)) : inFlight,
        (long) (1e3 * (warmUp == null ? (quick ? 2 : 20) : warmUp)),
        (long) (1e3 * (seconds == null ? (quick ? 1 : 5) : seconds)),
        rounds == null ? (quick ? 1 : 3) : rounds);
  }

  private static String title(Row row) {
    return row.figure("payloadBytes").orElse(0) + " " + row.figure("inFlight").orElse(0);
  }

  private static Row complete(
      Contender contender,
      Path dist,
      String title,
      List<Row> rounds,
      Map<Contender, Map<String, List<Row>>> all) {
    Row row = new Row().with("system", contender.title(dist)).with(Ratios.medians(rounds));
    Map<String, List<Row>> balsa = all.get(Contender.BALSA_FILE);
    if (balsa == null || contender == Contender.BALSA_FILE || !balsa.containsKey(title)) {
      return row;
    }
    Row ours = Ratios.medians(balsa.getOrDefault(title, List.of()));
    return row.with("oursPerSecond", Ratios.of(ours, row, "perSecond"))
        .with("oursCpuMicros", Ratios.of(ours, row, "cpuMicros"))
        .with("oursP50Millis", Ratios.of(ours, row, "p50Millis"));
  }
}
