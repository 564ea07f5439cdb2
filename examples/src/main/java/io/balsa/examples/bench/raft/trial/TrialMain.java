package io.balsa.examples.bench.raft.trial;

import com.google.gson.Gson;
import io.balsa.examples.bench.measure.Usage;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.LogManager;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * The JVM of one library. Prints one JSON object per case on stdout, and lines that begin with {@code #} about what it does;
 * whatever the library prints there goes to stderr.
 */
public final class TrialMain {
  /** Tells a row from what anybody else may print. */
  public static final String ROW = "{";

  private static final int WARM_UP_IN_FLIGHT = 256;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double MIB = 1 << 20;
  private static final Gson GSON = new Gson();

  private TrialMain() {}

  /**
   * @param args library, directory, ports, payloads, in flight (each by commas), milliseconds of warm-up, of measuring, rounds
   */
  public static void main(String[] args) {
    PrintStream out = System.out;
    System.setOut(System.err);
    // Where nobody else logs, some Netty of a library's would log every message here.
    LogManager.getLogManager().reset();
    // Libraries leave threads behind, whether it went well or not.
    try {
      run(args, out);
      System.exit(0);
    } catch (Exception | LinkageError e) {
      e.printStackTrace(System.err);
      System.exit(1);
    }
  }

  private static void run(String[] args, PrintStream out) throws Exception {
    List<Integer> ports = numbers(args[2]);
    Duration warmUp = Duration.ofMillis(Long.parseLong(args[5]));
    Duration measured = Duration.ofMillis(Long.parseLong(args[6]));
    int rounds = Integer.parseInt(args[7]);
    try (Trio trio = open(args[0], Path.of(args[1]), ports);
        ForceEvents forces = new ForceEvents()) {
      out.println("# warming up");
      warmUp(trio, numbers(args[3]).get(0), warmUp);
      for (int payload : numbers(args[3])) {
        for (int inFlight : numbers(args[4])) {
          for (int round = 1; round <= rounds; round++) {
            out.println("# " + payload + " B, " + inFlight + " in flight, round " + round);
            out.println(
                GSON.toJson(run(trio, forces, payload, inFlight, measured.dividedBy(4), measured)));
          }
        }
      }
    }
  }

  private static void warmUp(Trio trio, int payloadBytes, Duration duration) throws Exception {
    trio.findLeader();
    Proposers proposers = new Proposers(trio, payloadBytes, WARM_UP_IN_FLIGHT);
    proposers.start();
    proposers.pass(duration);
    proposers.stop();
  }

  private static List<Integer> numbers(String text) {
    return Stream.of(text.split(",")).map(Integer::valueOf).toList();
  }

  private static Trio open(String library, Path dir, List<Integer> ports) throws Exception {
    return switch (library) {
      case "balsa-file" -> new BalsaTrio(false, dir, ports);
      case "balsa-rocksdb" -> new BalsaTrio(true, dir, ports);
      case "sofajraft" -> new SofaTrio(dir, ports);
      case "ratis" -> new RatisTrio(dir, ports);
      case "microraft" -> new MicroTrio(dir, ports);
      default -> throw new IllegalArgumentException(library);
    };
  }

  private static Map<String, Object> run(
      Trio trio,
      ForceEvents forces,
      int payloadBytes,
      int inFlight,
      Duration rampUp,
      Duration measured)
      throws Exception {
    trio.findLeader();
    Proposers proposers = new Proposers(trio, payloadBytes, inFlight);
    proposers.start();
    proposers.pass(rampUp);
    long nativeBefore = trio.nativeFlushes();
    long cpuBefore = Usage.ownCpuMicros();
    Instant from = Instant.now();
    long start = System.nanoTime();
    proposers.measure();
    proposers.pass(measured);
    double seconds = (System.nanoTime() - start) / 1e9;
    Instant to = Instant.now();
    long cpuMicros = Usage.ownCpuMicros() - cpuBefore;
    long nativeFlushes = trio.nativeFlushes() - nativeBefore;
    proposers.stop();
    long flushes = nativeFlushes + forces.between(from, to);
    Histogram latency = proposers.latency();
    long count = latency.getTotalCount();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("payloadBytes", payloadBytes);
    row.put("inFlight", inFlight);
    row.put("perSecond", count / seconds);
    if (count > 0) {
      row.put("p50Millis", latency.getValueAtPercentile(50) / NANOS_PER_MILLI);
      row.put("p99Millis", latency.getValueAtPercentile(99) / NANOS_PER_MILLI);
      row.put("p999Millis", latency.getValueAtPercentile(99.9) / NANOS_PER_MILLI);
      row.put("cpuMicros", (double) cpuMicros / count);
    }
    row.put("flushesPerSecond", flushes / seconds);
    row.put("heapMebibytes", liveHeapBytes() / MIB);
    row.put("errors", proposers.errors());
    row.put("gaveUp", proposers.gaveUp() ? 1 : 0);
    if (proposers.errors() > 0) {
      row.put("firstError", proposers.firstError());
    }
    return row;
  }

  /** What is left of the heap after a full collection. */
  private static long liveHeapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
