package io.balsa.examples.bench.raft;

import io.balsa.examples.bench.report.BenchCommand;
import io.balsa.examples.bench.report.Column;
import io.balsa.examples.bench.report.Ratios;
import io.balsa.examples.bench.report.Report;
import io.balsa.examples.bench.report.RoundOptions;
import io.balsa.examples.bench.report.Row;
import io.balsa.examples.bench.report.ScratchOption;
import io.balsa.examples.process.Installation;
import io.balsa.examples.process.Trees;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench raft}: the libraries alone, without a store or its protocol around them. */
@Command(
    name = "raft",
    description = {
      "Three nodes of each Raft library in one JVM, over loopback TCP, with a log that is flushed before anything is acknowledged"
          + " and a state machine that does nothing. Proposals are made at the leader, so many always in flight. Each library has"
          + " a JVM of its own, with the same options, and its own dependencies; its defaults are left as they are, apart from"
          + " limits of proposals in flight, the election timeout, which is one second for all, and snapshots: only MicroRaft takes"
          + " any, of nothing.",
      "",
      "* MicroRaft brings neither transport nor store: its nodes call each other and serialize nothing, and its log is a file that"
          + " is appended to and forced. It shows what a protocol and a disk cost without a network; it isn't a peer's figure."
    },
    footerHeading = "%nFigures (medians of the rounds):%n",
    footer = {
      "  PER SECOND  proposals applied at the leader in a second",
      "  P50 … P99.9 milliseconds from a proposal until it is applied at the leader",
      "  CPU/PROP    CPU microseconds of the whole JVM, all three nodes and the proposers, per proposal",
      "  FLUSHES/S   counted for all three nodes together: FileChannel.force by the JVM's events, SOFAJRaft's RocksDB by its",
      "              tickers, Balsa's by its own count",
      "  HEAP MB     of the whole JVM, after a full collection",
      "  ERR         proposals that failed",
      "  ×           balsa's proposals a second with the file log, divided by this line's; ×CPU and ×P50 the same of those"
    })
public final class RaftCommand extends BenchCommand {
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

  @Mixin private RoundOptions rounds = new RoundOptions();

  @Mixin private ScratchOption scratch = new ScratchOption();

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
  private @Nullable List<Integer> payloads;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      split = ",",
      description = "Proposals under way (1,64,1024,8192; quick 1,1024).")
  private @Nullable List<Integer> inFlight;

  @Option(
      names = "--jvm",
      paramLabel = "OPTION",
      description = "Further options of every trial's JVM; may be repeated.")
  private List<String> jvmOptions = new ArrayList<>();

  public RaftCommand() {}

  @Override
  protected void measure(Report report) {
    // In their own order, whatever the user's: ours comes first, and the others are compared with
    // it.
    List<Contender> contenders = systems.stream().map(Contender::of).distinct().sorted().toList();
    Path dist = Installation.rootDir().resolve("examples/target/dist");
    Path root = scratch.directory("bench-raft");
    Map<Contender, Map<String, List<Row>>> results = new LinkedHashMap<>();
    try {
      report.begin(COLUMNS);
      for (Contender contender : contenders) {
        Trial trial = new Trial(contender, dist, root, jvmOptions);
        List<Row> rows = trial.run(report, plan());
        Map<String, List<Row>> cases = new LinkedHashMap<>();
        rows.forEach(row -> cases.computeIfAbsent(title(row), t -> new ArrayList<>()).add(row));
        results.put(contender, cases);
        cases.forEach(
            (title, measured) -> report.add(complete(contender, dist, title, measured, results)));
      }
    } finally {
      Trees.delete(root);
    }
  }

  private Trial.Plan plan() {
    return new Trial.Plan(
        chosen(payloads, List.of(16), List.of(16, 256, 1024)),
        chosen(inFlight, List.of(1, 1024), List.of(1, 64, 1024, 8192)),
        rounds.warmUp(isQuick()).toMillis(),
        rounds.measured(isQuick()).toMillis(),
        rounds.count(isQuick()));
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
