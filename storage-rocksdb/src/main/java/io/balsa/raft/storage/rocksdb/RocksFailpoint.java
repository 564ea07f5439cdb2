package io.balsa.raft.storage.rocksdb;

import io.balsa.raft.failpoint.Failpoint;

/** The failpoints of the log on RocksDB. */
public enum RocksFailpoint implements Failpoint {
  ROCKS_LOG_AT_OPEN("a log is read back; its new incarnation isn't written"),
  ROCKS_LOG_BEFORE_WRITE("a write batch is about to be written and synced"),
  ROCKS_LOG_AFTER_WRITE("it is durable; readers don't see it yet"),
  ROCKS_LOG_BEFORE_COMPACT("entries are about to be removed"),
  ROCKS_LOG_BEFORE_DROP("they are removed; the files that held only them are still there");

  private final String meaning;

  RocksFailpoint(String meaning) {
    this.meaning = meaning;
  }

  @Override
  public String meaning() {
    return meaning;
  }
}
