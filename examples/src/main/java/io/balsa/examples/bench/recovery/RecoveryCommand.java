package io.balsa.examples.bench.recovery;

import io.balsa.examples.bench.kv.Connections;
import io.balsa.examples.bench.kv.Filler;
import io.balsa.examples.bench.kv.Subject;
import io.balsa.examples.bench.kv.TargetOptions;
import io.balsa.examples.bench.measure.Usage;
import io.balsa.examples.bench.report.BenchCommand;
import io.balsa.examples.bench.report.Column;
import io.balsa.examples.bench.report.Ratios;
import io.balsa.examples.bench.report.Report;
import io.balsa.examples.bench.report.Row;
import io.balsa.examples.process.Await;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.LocalCluster;
import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.Startup;
import io.balsa.examples.process.Trees;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench recovery}: how long a member takes to serve again. */
@Command(
    name = "recovery",
    description = {
      "Fills three members, kills one that doesn't lead (kill -9), starts it again, and waits until it says that it is ready, serves"
          + " the key that was put last from its own state, and has every key. Ours and etcd's, one after the other. BALSA_HEAP is the heap of our members (512m)."
    },
    footerHeading = "%nFigures (medians of the tries):%n",
    footer = {
      "  FILL S     seconds to put all keys, 128 to a transaction",
      "  EMPTY MS   milliseconds from the start of a lone member without data until it is ready",
      "  READY MS   milliseconds from the start of the killed member until it is ready and serves the last key from its own state",
      "  COUNTED MS as READY, until it has counted every key, which etcd does in memory and Balsa on disk",
      "  RSS MB     its resident memory then; LOADED MB that of a member when all keys had been put",
      "  DISK MB    its files"
    })
public final class RecoveryCommand extends BenchCommand {
  private static final List<Column> COLUMNS =
      List.of(
          Column.number("keys", "KEYS", 0),
          Column.text("system", "SYSTEM", 6),
          Column.number("fillSeconds", "FILL S", 1),
          Column.number("emptyMillis", "EMPTY MS", 0),
          Column.number("readyMillis", "READY MS", 0),
          Column.number("countedMillis", "COUNTED MS", 0),
          Column.number("loadedMebibytes", "LOADED MB", 0),
          Column.number("residentMebibytes", "RSS MB", 0),
          Column.number("diskMebibytes", "DISK MB", 0),
          Column.number("toReady", "×READY", 2),
          Column.number("toLoaded", "×LOADED", 2));
  private static final List<String> FLAGS = List.of("--quota-backend-bytes=34359738368");
  private static final int PREFIX = 7;
  private static final double MIB = 1 << 20;
  private static final Duration READY_DEADLINE = Duration.ofMinutes(10);

  @Mixin private TargetOptions targets = new TargetOptions();

  @Option(
      names = "--keys",
      paramLabel = "N",
      split = ",",
      description = "How many, by commas (1000000; quick 20000).")
  private @Nullable List<Integer> keys;

  @Option(names = "--bytes", paramLabel = "N", description = "The size of a value (64).")
  private int valueBytes = 64;

  @Option(names = "--tries", paramLabel = "N", description = "Restarts (3; quick 1).")
  private @Nullable Integer tries;

  public RecoveryCommand() {}

  @Override
  protected void measure(Report report) {
    List<String> systems = targets.chosen(report);
    report.begin(COLUMNS);
    for (int count : chosen(keys, List.of(20_000), List.of(1_000_000))) {
      Map<String, Row> rows = new LinkedHashMap<>();
      for (String target : systems) {
        rows.put(target, measure(report, target, count));
      }
      Row etcd = rows.get(Subject.ETCD);
      Row balsa = rows.get(Subject.BALSA);
      if (etcd != null && balsa != null) {
        balsa
            .with("toReady", Ratios.of(balsa, etcd, "readyMillis"))
            .with("toLoaded", Ratios.of(balsa, etcd, "loadedMebibytes"));
      }
      rows.values().forEach(report::add);
    }
  }

  private Row measure(Report report, String target, int count) {
    report.progress(target + ": starting a lone member");
    double emptyMillis;
    long emptyStart = System.nanoTime();
    try (Subject lone = Subject.open(target, 1, FLAGS)) {
      emptyMillis = millisSince(emptyStart);
      report.progress(lone.name() + " was ready after " + (long) emptyMillis + " ms");
    }
    try (Subject subject = Subject.open(target, FLAGS)) {
      LocalCluster cluster =
          subject
              .cluster()
              .orElseThrow(() -> new ExampleException("only a cluster of our own can be killed"));
      report.progress(target + ": putting " + count + " keys");
      long fillStart = System.nanoTime();
      try (Connections connections = Connections.open(subject.endpoints(), 6)) {
        Filler.fill(connections, PREFIX, count, valueBytes);
      }
      double fillSeconds = millisSince(fillStart) / 1e3;
      int leader = cluster.members().indexOf(Subject.awaitLeader(cluster));
      int victim = (leader + 1) % subject.endpoints().size();
      MemberSpec member = cluster.members().get(victim);
      double loaded = resident(cluster, member);
      List<Row> restarts = new ArrayList<>();
      int restartCount = chosen(tries, 1, 3);
      for (int i = 1; i <= restartCount; i++) {
        report.progress(target + ": restart " + i + " of " + restartCount);
        restarts.add(restart(cluster, member, subject.endpoints().get(victim), count));
      }
      return new Row()
          .with("keys", count)
          .with("system", target)
          .with("fillSeconds", fillSeconds)
          .with("emptyMillis", emptyMillis)
          .with("loadedMebibytes", loaded)
          .with("diskMebibytes", Trees.bytes(member.dataDir()) / MIB)
          .with(Ratios.medians(restarts));
    }
  }

  private static Row restart(
      LocalCluster cluster, MemberSpec member, InetSocketAddress endpoint, int count) {
    cluster.kill(member);
    long start = System.nanoTime();
    cluster.launch(member);
    Startup.awaitHealthy(member, cluster.process(member), READY_DEADLINE);
    double readyMillis;
    double countedMillis;
    try (Connections connections = Connections.open(List.of(endpoint), 1)) {
      Await.until(
          "the member has the last key",
          READY_DEADLINE,
          () -> Filler.hasLast(connections, PREFIX, count));
      readyMillis = millisSince(start);
      Await.until(
          "the member has every key",
          READY_DEADLINE,
          () -> Filler.isFilled(connections, PREFIX, count));
      countedMillis = millisSince(start);
    }
    return new Row()
        .with("readyMillis", readyMillis)
        .with("countedMillis", countedMillis)
        .with("residentMebibytes", resident(cluster, member));
  }

  private static double resident(LocalCluster cluster, MemberSpec member) {
    return Usage.of(List.of(cluster.process(member).pid()))
        .map(usage -> usage.residentBytes() / MIB)
        .orElse(Double.NaN);
  }

  private static double millisSince(long start) {
    return (System.nanoTime() - start) / 1e6;
  }
}
