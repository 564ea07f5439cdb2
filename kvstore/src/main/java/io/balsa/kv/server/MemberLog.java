package io.balsa.kv.server;

import io.balsa.raft.file.log.FileLogStore;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.storage.rocksdb.RocksLogAudit;
import io.balsa.raft.storage.rocksdb.RocksLogStore;
import java.nio.file.Path;

/**
 * The log of a member: plain files, because they cost the least (docs/decisions/0015-what-a-member-runs-on.md). A directory that holds
 * a log on RocksDB keeps it. Stateless.
 */
final class MemberLog {
  /** Small beside what a member writes in a minute; large beside what a flush writes. */
  private static final long SEGMENT_BYTES = 16L << 20;

  private MemberLog() {}

  /**
   * Opens the log, and makes one where there is none.
   *
   * @throws io.balsa.raft.model.StorageException as {@link FileLogStore#at} and {@link RocksLogStore#at}
   */
  static LogStore at(Path dir) {
    return RocksLogAudit.isLog(dir) ? RocksLogStore.at(dir) : FileLogStore.at(dir, SEGMENT_BYTES);
  }
}
