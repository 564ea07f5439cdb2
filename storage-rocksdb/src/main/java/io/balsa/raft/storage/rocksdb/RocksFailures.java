package io.balsa.raft.storage.rocksdb;

import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.StorageException;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What a failure of RocksDB means to a store. Stateless. */
public final class RocksFailures {
  private RocksFailures() {}

  /** Damage if RocksDB found that a file isn't what it wrote, or that one is missing; otherwise the disk's trouble. */
  public static StorageException of(String message, RocksDBException e) {
    return isDamage(e) ? new DamageException(message, e) : new StorageException(message, e);
  }

  private static boolean isDamage(RocksDBException e) {
    Status status = e.getStatus();
    if (status == null) {
      return false;
    }
    String message = String.valueOf(e.getMessage());
    return switch (status.getCode()) {
      case Corruption -> true;
      case IOError -> message.contains("No such file or directory");
      case InvalidArgument -> message.contains("does not exist (create_if_missing is false)");
      default -> false;
    };
  }
}
