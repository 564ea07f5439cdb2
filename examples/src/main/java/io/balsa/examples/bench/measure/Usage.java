package io.balsa.examples.bench.measure;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What processes have used since they began, by Linux's account of them. Immutable.
 *
 * @param cpuMicros in user and kernel mode, all threads; counted in ticks of 10 ms
 * @param residentBytes now
 * @param writtenBytes that were sent towards the disk
 */
public record Usage(long cpuMicros, long residentBytes, long writtenBytes) {
  private static final long MICROS_PER_TICK = 10_000;
  private static final long KIB = 1024;

  /** After the name, which may contain anything: state is field 0 of the rest, utime 11, stime 12. */
  private static final int UTIME = 11;

  /** Of all these processes together; empty if one is gone, or this isn't Linux. */
  public static Optional<Usage> of(List<Long> pids) {
    try {
      Usage sum = new Usage(0, 0, 0);
      for (long pid : pids) {
        sum = sum.plus(read(Path.of("/proc", Long.toString(pid))));
      }
      return pids.isEmpty() ? Optional.empty() : Optional.of(sum);
    } catch (IOException e) {
      return Optional.empty(); // The figures are left out then.
    }
  }

  /** This JVM's own CPU time. */
  public static long ownCpuMicros() {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime() / 1_000;
  }

  private static Usage read(Path process) throws IOException {
    String stat = Files.readString(process.resolve("stat"));
    String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = Long.parseLong(rest[UTIME]) + Long.parseLong(rest[UTIME + 1]);
    return new Usage(
        ticks * MICROS_PER_TICK,
        field(process.resolve("status"), "VmRSS:") * KIB,
        field(process.resolve("io"), "write_bytes:"));
  }

  private static long field(Path file, String name) throws IOException {
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.substring(name.length()).strip().split(" ", -1)[0]);
      }
    }
    throw new IOException("no " + name + " in " + file);
  }

  private Usage plus(Usage other) {
    return new Usage(
        cpuMicros + other.cpuMicros,
        residentBytes + other.residentBytes,
        writtenBytes + other.writtenBytes);
  }
}
