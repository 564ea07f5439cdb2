package io.balsa.raft.storage.rocksdb;

import io.balsa.raft.model.InvalidConfigException;
import java.nio.file.Path;

/**
 * Settings of a {@link RocksLogStore}: immutable, checked when made.
 *
 * @param directory where the database lives, and nothing else
 * @param memtableBytes what RocksDB collects in memory before it writes a sorted file; up to three
 *     of these are in memory. An entry that is compacted away before that never reaches one
 * @param blockCacheBytes sorted blocks kept in memory for readers; recent entries are in the host's
 *     entry cache anyway
 */
public record RocksLogConfig(Path directory, long memtableBytes, long blockCacheBytes) {
  private static final long MIB = 1024 * 1024;
  private static final long MEMTABLE_BYTES_MIN = 64 * 1024;

  public RocksLogConfig {
    if (memtableBytes < MEMTABLE_BYTES_MIN) {
      throw new InvalidConfigException(
          "memtableBytes must be at least " + MEMTABLE_BYTES_MIN + ", not " + memtableBytes);
    }
    if (blockCacheBytes < 0) {
      throw new InvalidConfigException("blockCacheBytes must not be " + blockCacheBytes);
    }
  }

  /** The defaults: small, because a log is written once and read hardly ever. */
  public static RocksLogConfig at(Path directory) {
    return new RocksLogConfig(directory, 16 * MIB, 8 * MIB);
  }

  public RocksLogConfig withMemtableBytes(long value) {
    return new RocksLogConfig(directory, value, blockCacheBytes);
  }

  public RocksLogConfig withBlockCacheBytes(long value) {
    return new RocksLogConfig(directory, memtableBytes, value);
  }
}
