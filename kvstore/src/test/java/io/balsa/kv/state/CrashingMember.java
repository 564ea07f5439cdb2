package io.balsa.kv.state;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;

/**
 * A process that applies a recorded log where it left off, flushes now and then, and is gone without a goodbye in the
 * middle. Run by {@link CrashTest}.
 */
final class CrashingMember {
  static final int CRASHED = 77;
  static final KvStateConfig CONFIG =
      new KvStateConfig(true, 20, Duration.ofMillis(1), 1 << 16, 1 << 20);

  private CrashingMember() {}

  /** Arguments: directory, seed of the log, its size, seed of this life. */
  public static void main(String[] args) {
    RecordedLog log = new RecordedLog(Long.parseLong(args[1]), Integer.parseInt(args[2]));
    Random random = new Random(Long.parseLong(args[3]));
    KvStateMachine machine = KvStateMachine.open(Path.of(args[0]), CONFIG);
    int runs = 1 + random.nextInt(60);
    for (int i = 0; i < runs && machine.lastApplied().index() < log.size(); i++) {
      log.applyRun(machine, 1 + random.nextInt(12), log.size());
      if (random.nextInt(15) == 0 && !machine.flush().equals(machine.lastApplied())) {
        throw new AssertionError("flush names another entry than the last one applied");
      }
    }
    Runtime.getRuntime().halt(CRASHED);
  }
}
