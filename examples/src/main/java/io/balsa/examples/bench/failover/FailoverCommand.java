package io.balsa.examples.bench.failover;

import io.balsa.examples.bench.kv.Subject;
import io.balsa.examples.bench.kv.TargetOptions;
import io.balsa.examples.bench.report.BenchCommand;
import io.balsa.examples.bench.report.Column;
import io.balsa.examples.bench.report.Ratios;
import io.balsa.examples.bench.report.Report;
import io.balsa.examples.bench.report.Row;
import io.balsa.examples.process.Await;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.LocalCluster;
import io.balsa.examples.process.MemberSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench failover}: what a lost leader costs those who write. */
@Command(
    name = "failover",
    description = {
      "Strikes the leader of three members while twelve clients write, four at each member: kill -9, SIGSTOP, and SIGTERM. Ours and"
          + " etcd's take turns, both with heartbeats of 100 ms and an election timeout of 1 s."
    },
    footerHeading = "%nFigures:%n",
    footer = {
      "  MEDIAN, MAX  milliseconds, from the fault on, in which no client's put was acknowledged: the longest such time of a try",
      "  FAILED       puts per try (mean) that failed though they began before the fault, or went to a member that was well",
      "  ×            our median divided by etcd's"
    })
public final class FailoverCommand extends BenchCommand {
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("fault", "FAULT", 6),
          Column.text("system", "SYSTEM", 6),
          Column.number("tries", "TRIES", 0),
          Column.number("medianMillis", "MEDIAN", 0),
          Column.number("maxMillis", "MAX", 0),
          Column.number("failed", "FAILED", 1),
          Column.number("ratio", "×", 2));
  private static final List<String> FLAGS =
      List.of("--heartbeat-interval=100", "--election-timeout=1000");
  private static final Duration BEFORE = Duration.ofSeconds(1);
  private static final Duration AFTER = Duration.ofMillis(500);
  private static final Duration RECOVERY_DEADLINE = Duration.ofSeconds(60);

  @Mixin private TargetOptions targets = new TargetOptions();

  @Option(names = "--tries", paramLabel = "N", description = "Of each fault (20; quick 2).")
  private @Nullable Integer tries;

  @Option(
      names = "--faults",
      paramLabel = "NAME",
      split = ",",
      description = "Which: ${COMPLETION-CANDIDATES} (all).")
  private List<Fault> faults = List.of(Fault.values());

  public FailoverCommand() {}

  @Override
  protected void measure(Report report) {
    Map<Subject, WriteLoad> loads = new LinkedHashMap<>();
    try {
      for (String target : targets.chosen(report)) {
        report.progress("starting " + target);
        Subject subject = Subject.open(target, FLAGS);
        loads.put(subject, new WriteLoad(subject.endpoints()));
      }
      report.begin(COLUMNS);
      for (Fault fault : faults) {
        measure(report, fault, loads);
      }
    } finally {
      loads.values().forEach(WriteLoad::close);
      loads.keySet().forEach(Subject::close);
    }
  }

  private void measure(Report report, Fault fault, Map<Subject, WriteLoad> loads) {
    Map<String, List<Outage>> outages = new LinkedHashMap<>();
    int count = chosen(tries, 2, 20);
    for (int i = 1; i <= count; i++) {
      for (Map.Entry<Subject, WriteLoad> load : loads.entrySet()) {
        Subject subject = load.getKey();
        report.progress(fault + " " + i + " of " + count + ": " + subject.name());
        outages
            .computeIfAbsent(subject.name(), name -> new ArrayList<>())
            .add(strike(fault, subject, load.getValue()));
      }
    }
    Map<String, Row> rows = new LinkedHashMap<>();
    outages.forEach((name, all) -> rows.put(name, row(fault, name, all)));
    Row etcd = rows.get(Subject.ETCD);
    Row balsa = rows.get(Subject.BALSA);
    if (etcd != null && balsa != null) {
      balsa.with("ratio", Ratios.of(balsa, etcd, "medianMillis"));
    }
    rows.values().forEach(report::add);
  }

  private static Row row(Fault fault, String name, List<Outage> outages) {
    List<Double> millis = outages.stream().map(outage -> outage.silenceNanos() / 1e6).toList();
    return new Row()
        .with("fault", fault.name().toLowerCase(Locale.ROOT))
        .with("system", name)
        .with("tries", outages.size())
        .with("medianMillis", Ratios.median(millis))
        .with("maxMillis", millis.stream().mapToDouble(m -> m).max().orElse(Double.NaN))
        .with("failed", outages.stream().mapToLong(Outage::failed).average().orElse(0));
  }

  private static Outage strike(Fault fault, Subject subject, WriteLoad load) {
    LocalCluster cluster =
        subject
            .cluster()
            .orElseThrow(() -> new ExampleException("only a cluster of our own can be struck"));
    MemberSpec member = Subject.awaitLeader(cluster);
    int victim = cluster.members().indexOf(member);
    load.forget();
    pass(BEFORE);
    long from = System.nanoTime();
    fault.strike(cluster, member);
    if (fault.endsProcess()) {
      Await.until(
          "the member was gone", RECOVERY_DEADLINE, () -> !cluster.process(member).isAlive());
    }
    // Until here the leader may have answered: only a put that begins now tells that the others
    // work without it.
    long struck = System.nanoTime();
    Await.until(
        "puts were acknowledged after the fault", RECOVERY_DEADLINE, () -> load.worksSince(struck));
    pass(AFTER);
    Outage outage = Outage.of(load.puts(), victim, from, System.nanoTime());
    fault.mend(cluster, member);
    cluster.awaitHealthy(member);
    return outage;
  }

  private static void pass(Duration duration) {
    boolean ignored = Await.holds(duration, () -> false);
    assert !ignored;
  }
}
