package io.balsa.kv.state;

import io.balsa.kv.state.store.RocksSettings;
import java.time.Duration;

/**
 * Settings of the state machine. Immutable.
 *
 * @param backgroundCompaction whether history is removed by a thread of its own; without it (in simulations, where no
 *     thread may run) call {@link KvStateMachine#compactStep}
 * @param compactionBatch how many history rows one step looks at
 * @param compactionPause how long the thread rests between two steps
 * @param memtableBytes how much RocksDB gathers in memory before it writes a file
 * @param blockCacheBytes how much of its files RocksDB keeps in memory
 */
public record KvStateConfig(
    boolean backgroundCompaction,
    int compactionBatch,
    Duration compactionPause,
    long memtableBytes,
    long blockCacheBytes) {
  public static final KvStateConfig DEFAULT =
      new KvStateConfig(true, 1000, Duration.ofMillis(10), 64L << 20, 128L << 20);

  public KvStateConfig {
    if (compactionBatch < 1 || compactionPause.isNegative()) {
      throw new IllegalArgumentException("a compaction step needs a positive batch, and a pause");
    }
    if (memtableBytes < 1 << 16 || blockCacheBytes < 1 << 16) {
      throw new IllegalArgumentException("memtable and block cache need at least 64 KiB each");
    }
  }

  /** No thread of its own. */
  public KvStateConfig withoutBackgroundCompaction() {
    return new KvStateConfig(
        false, compactionBatch, compactionPause, memtableBytes, blockCacheBytes);
  }

  public KvStateConfig withCompactionBatch(int rows) {
    return new KvStateConfig(
        backgroundCompaction, rows, compactionPause, memtableBytes, blockCacheBytes);
  }

  /** What the store of a state on disk is opened with. */
  RocksSettings storeSettings() {
    return new RocksSettings(memtableBytes, blockCacheBytes, Tables.LOG);
  }
}
