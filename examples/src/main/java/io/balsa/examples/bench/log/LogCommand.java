package io.balsa.examples.bench.log;

import io.balsa.examples.bench.measure.Latency;
import io.balsa.examples.bench.measure.Usage;
import io.balsa.examples.bench.report.BenchCommand;
import io.balsa.examples.bench.report.Column;
import io.balsa.examples.bench.report.Ratios;
import io.balsa.examples.bench.report.Report;
import io.balsa.examples.bench.report.Row;
import io.balsa.examples.bench.report.ScratchOption;
import io.balsa.examples.process.Trees;
import io.balsa.raft.file.log.FileLogStore;
import io.balsa.raft.storage.rocksdb.RocksLogStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench log}: how near the log stores come to what the disk can do. */
@Command(
    name = "log",
    description = {
      "Appends entries to the log stores and flushes each batch (fdatasync), one writer, as a host's log writer does. So many in"
          + " flight means so many entries per write and flush. The raw disk takes the same batches by FileChannel, without"
          + " lengths or checksums: once a file that grows, once one that was filled with zeros before."
    },
    footerHeading = "%nFigures (medians of the rounds; the targets take turns within each):%n",
    footer = {
      "  ENTRIES/S  entries made durable in a second; MB/S their payloads",
      "  FLUSHES/S  batches, each one write and one fdatasync",
      "  P50, P99   milliseconds from a batch's write until it is durable",
      "  CPU/ENTRY  CPU microseconds of this process per entry",
      "  ×GROWING   entries a second, divided by those of the raw file that grows",
      "  ×ALLOCATED the same, by the raw file that was allocated before: the limit of the disk"
    })
public final class LogCommand extends BenchCommand {
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("target", "TARGET", 13),
          Column.number("entryBytes", "BYTES", 0),
          Column.number("inFlight", "IN FLIGHT", 0),
          Column.number("entriesPerSecond", "ENTRIES/S", 0),
          Column.number("megabytesPerSecond", "MB/S", 1),
          Column.number("flushesPerSecond", "FLUSHES/S", 0),
          Column.number("p50Millis", "P50 MS", 3),
          Column.number("p99Millis", "P99 MS", 3),
          Column.number("cpuMicrosPerEntry", "CPU/ENTRY", 2),
          Column.number("toGrowing", "×GROWING", 2),
          Column.number("toAllocated", "×ALLOCATED", 2));
  private static final String GROWING = "raw growing";
  private static final String ALLOCATED = "raw allocated";
  private static final Duration WARM_UP_QUICK = Duration.ofMillis(30);
  private static final Duration WARM_UP = Duration.ofMillis(500);

  @Mixin private ScratchOption scratch = new ScratchOption();

  @Option(
      names = "--bytes",
      paramLabel = "N",
      split = ",",
      description = "Sizes of entries (16,256,4096).")
  private List<Integer> sizes = List.of(16, 256, 4096);

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      split = ",",
      description = "Entries per batch (1,16,256).")
  private List<Integer> inFlight = List.of(1, 16, 256);

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds per case (3; quick 1).")
  private @Nullable Integer rounds;

  @Option(
      names = "--millis",
      paramLabel = "MS",
      description = "How long each target writes in a round (1500; quick 100).")
  private @Nullable Integer millis;

  public LogCommand() {}

  @Override
  protected void measure(Report report) {
    Path root = scratch.directory("bench-log");
    try {
      report.begin(COLUMNS);
      for (int size : sizes) {
        for (int entries : inFlight) {
          measureCase(report, root, Batch.of(entries, size));
        }
      }
    } finally {
      Trees.delete(root);
    }
  }

  private void measureCase(Report report, Path root, Batch batch) {
    Map<String, List<Row>> results = new LinkedHashMap<>();
    int count = chosen(rounds, 1, 3);
    for (int round = 1; round <= count; round++) {
      for (Map.Entry<String, LogTarget.Opener> target : targets().entrySet()) {
        report.progress(
            batch.payload().size()
                + " B, "
                + batch.entries()
                + " in flight, round "
                + round
                + " of "
                + count
                + ": "
                + target.getKey());
        results
            .computeIfAbsent(target.getKey(), name -> new ArrayList<>())
            .add(measure(root, target.getValue(), batch));
      }
    }
    Map<String, Row> medians = new LinkedHashMap<>();
    results.forEach((name, rows) -> medians.put(name, Ratios.medians(rows)));
    medians.forEach((name, row) -> report.add(complete(name, row, medians, batch)));
  }

  private static Row complete(String name, Row row, Map<String, Row> all, Batch batch) {
    return new Row()
        .with("target", name)
        .with("entryBytes", batch.payload().size())
        .with("inFlight", batch.entries())
        .with(row)
        .with("toGrowing", Ratios.of(row, all.getOrDefault(GROWING, row), "entriesPerSecond"))
        .with("toAllocated", Ratios.of(row, all.getOrDefault(ALLOCATED, row), "entriesPerSecond"));
  }

  private static Map<String, LogTarget.Opener> targets() {
    Map<String, LogTarget.Opener> targets = new LinkedHashMap<>();
    targets.put(GROWING, RawTarget::growing);
    targets.put(ALLOCATED, RawTarget::allocated);
    targets.put("file log", dir -> new StoreTarget(FileLogStore.at(dir)));
    targets.put("rocksdb log", dir -> new StoreTarget(RocksLogStore.at(dir)));
    return targets;
  }

  /** One round of one target, in a directory of its own. */
  private Row measure(Path root, LogTarget.Opener opener, Batch batch) {
    Path directory = Trees.create(root.resolve("target"));
    try (LogTarget target = opener.open(directory)) {
      Latency latency = new Latency();
      Duration warmUp = isQuick() ? WARM_UP_QUICK : WARM_UP;
      Duration measured = Duration.ofMillis(chosen(millis, 100, 1_500));
      long warmedUp = run(target, batch, warmUp, latency);
      latency.clear();
      long cpuBefore = Usage.ownCpuMicros();
      long nanos = run(target, batch, measured, latency);
      double entries = (double) latency.count() * batch.entries();
      double seconds = nanos / 1e9;
      return new Row()
          .with("entriesPerSecond", entries / seconds)
          .with("megabytesPerSecond", entries * batch.payload().size() / seconds / 1e6)
          .with("flushesPerSecond", latency.count() / seconds)
          .with("p50Millis", latency.millis(50))
          .with("p99Millis", latency.millis(99))
          .with("cpuMicrosPerEntry", (Usage.ownCpuMicros() - cpuBefore) / entries)
          .with("warmUpSeconds", warmedUp / 1e9);
    } finally {
      Trees.delete(directory);
    }
  }

  /** Writes batch after batch, and returns for how many nanoseconds. */
  private static long run(LogTarget target, Batch batch, Duration duration, Latency latency) {
    long start = System.nanoTime();
    long before = start;
    while (before - start < duration.toNanos()) {
      target.append(batch);
      long now = System.nanoTime();
      latency.record(now - before);
      before = now;
    }
    return before - start;
  }
}
