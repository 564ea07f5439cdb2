package io.balsa.examples.bench.kv;

import io.balsa.examples.bench.report.BenchCommand;
import io.balsa.examples.bench.report.Column;
import io.balsa.examples.bench.report.Ratios;
import io.balsa.examples.bench.report.Report;
import io.balsa.examples.bench.report.RoundOptions;
import io.balsa.examples.bench.report.Row;
import io.balsa.examples.process.ExampleException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench kv}: what clients of the store see, and what it costs, beside etcd. */
@Command(
    name = "kv",
    description = {
      "etcd's workloads against three members on this machine: ours, and etcd's where one is installed, taking turns in every"
          + " case. Each client has one call under way; clients share connections, which go to all members in turn. Keys are of"
          + " 8 bytes. Both systems run with their defaults but for a quota of 8 GiB, and flush before they acknowledge."
    },
    footerHeading = "%nFigures (medians of the rounds):%n",
    footer = {
      "  OPS/S      answers (for watch: events that reached a watcher) in a second",
      "  P50 … P99.9 milliseconds from a call until its answer (from a put until a watcher has its event)",
      "  CPU/OP     CPU microseconds of all members together, per operation; depends least on who else has the CPU",
      "  GEN/OP     the same of this load generator, which takes part in the competition for the CPU",
      "  RSS MB     resident memory of all members together",
      "  WRITTEN/OP bytes that all members together sent to their disks, per operation",
      "  ERR        calls that failed",
      "  ×OPS, ×CPU, ×P50, ×P99 ours divided by etcd's in the same run: above 1 is better for OPS, below 1 for the others",
      "",
      "Workloads: range (linearizable), range-serializable, put, mixed-90-10 (nine linearizable ranges to a put),",
      "txn-compare-put, delete, lease-grant, lease-keepalive (a stream per client, at the leader), watch (CLIENTS watchers of",
      "one prefix; the next put when all have the last), range-10k and range-100k (that many keys in one answer)."
    })
public final class KvCommand extends BenchCommand {
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("workload", "WORKLOAD", 18),
          Column.number("clients", "CLIENTS", 0),
          Column.number("valueBytes", "BYTES", 0),
          Column.text("system", "SYSTEM", 6),
          Column.number("perSecond", "OPS/S", 0),
          Column.number("p50Millis", "P50", 2),
          Column.number("p99Millis", "P99", 2),
          Column.number("p999Millis", "P99.9", 2),
          Column.number("serverMicros", "CPU/OP", 1),
          Column.number("generatorMicros", "GEN/OP", 1),
          Column.number("residentMebibytes", "RSS MB", 0),
          Column.number("writtenBytes", "WRITTEN/OP", 0),
          Column.number("errors", "ERR", 0),
          Column.number("toPerSecond", "×OPS", 2),
          Column.number("toServerMicros", "×CPU", 2),
          Column.number("toP50Millis", "×P50", 2),
          Column.number("toP99Millis", "×P99", 2));
  private static final List<Integer> QUICK_CLIENTS = List.of(1, 64, 100);
  private static final List<String> FLAGS = List.of("--quota-backend-bytes=8589934592");

  @Mixin private TargetOptions targets = new TargetOptions();

  @Mixin private RoundOptions rounds = new RoundOptions();

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description = "These workloads only, by commas.")
  private List<String> only = List.of();

  @Option(
      names = "--clients",
      paramLabel = "N",
      split = ",",
      description = "Only the cases with so many clients or watchers (all; quick: 1, 64, 100).")
  private @Nullable List<Integer> clients;

  @Option(names = "--conns", paramLabel = "N", description = "Connections at most (30).")
  private int conns = 30;

  @Option(
      names = "--server-flag",
      paramLabel = "FLAG",
      description = "Passed to every member of both systems; may be repeated.")
  private List<String> serverFlags = new ArrayList<>();

  public KvCommand() {}

  @Override
  protected void measure(Report report) {
    List<Workload> workloads = Catalogue.all().stream().filter(wanted()).toList();
    if (workloads.isEmpty()) {
      throw new ExampleException("there is no such workload; see bench kv --help");
    }
    List<Subject> subjects = new ArrayList<>();
    try {
      List<String> flags = new ArrayList<>(FLAGS);
      flags.addAll(serverFlags);
      for (String target : targets.chosen(report)) {
        report.progress("starting " + target);
        subjects.add(Subject.open(target, flags));
      }
      for (Subject subject : subjects) {
        report.progress("warming up " + subject.name());
        warmUp(subject);
      }
      report.begin(COLUMNS);
      for (Workload workload : workloads) {
        measure(report, workload, subjects);
      }
    } finally {
      subjects.forEach(Subject::close);
    }
  }

  private Predicate<Workload> wanted() {
    List<Integer> counts = chosen(clients, QUICK_CLIENTS, List.of());
    return workload ->
        (only.isEmpty() || only.contains(workload.name()))
            && (counts.isEmpty() || counts.contains(workload.clients()));
  }

  /** A bit of everything, so that what is compiled fits what comes. */
  private void warmUp(Subject subject) {
    List<Workload> mixture =
        Catalogue.all().stream()
            .filter(
                w -> w.clients() == 64 && (w.name().startsWith("range") || w.name().equals("put")))
            .toList();
    Duration each = rounds.warmUp(isQuick()).dividedBy(mixture.size());
    Span span = new Span(Duration.ZERO, each);
    for (Workload workload : mixture) {
      try (Connections connections = Connections.open(subject.endpoints(), conns)) {
        workload.prepare(connections);
        Row ignored = workload.run(subject, connections, span);
        assert ignored.figure("perSecond").isPresent();
      }
    }
  }

  private void measure(Report report, Workload workload, List<Subject> subjects) {
    Map<String, List<Row>> results = new LinkedHashMap<>();
    Map<String, Row> medians = new HashMap<>();
    int count = rounds.count(isQuick());
    Duration measured = rounds.measured(isQuick());
    Span span = new Span(measured.dividedBy(4), measured);
    for (int round = 1; round <= count; round++) {
      for (Subject subject : subjects) {
        report.progress(
            title(workload) + ", round " + round + " of " + count + ": " + subject.name());
        int connectionCount = Math.min(conns, workload.clients());
        try (Connections connections = Connections.open(subject.endpoints(), connectionCount)) {
          if (round == 1) {
            workload.prepare(connections);
          }
          results
              .computeIfAbsent(subject.name(), name -> new ArrayList<>())
              .add(workload.run(subject, connections, span));
        }
      }
    }
    results.forEach((name, rows) -> medians.put(name, Ratios.medians(rows)));
    for (String name : results.keySet()) {
      report.add(complete(workload, name, medians));
    }
  }

  private static Row complete(Workload workload, String name, Map<String, Row> medians) {
    Row row =
        new Row()
            .with("workload", workload.name())
            .with("clients", workload.clients())
            .with("valueBytes", workload.valueBytes())
            .with("system", name)
            .with(medians.getOrDefault(name, new Row()));
    Row peer = medians.get(Subject.ETCD);
    if (peer != null && !name.equals(Subject.ETCD)) {
      row.with("toPerSecond", Ratios.of(row, peer, "perSecond"))
          .with("toServerMicros", Ratios.of(row, peer, "serverMicros"))
          .with("toP50Millis", Ratios.of(row, peer, "p50Millis"))
          .with("toP99Millis", Ratios.of(row, peer, "p99Millis"));
    }
    return row;
  }

  private static String title(Workload workload) {
    return workload.name() + ", " + workload.clients() + " clients";
  }
}
