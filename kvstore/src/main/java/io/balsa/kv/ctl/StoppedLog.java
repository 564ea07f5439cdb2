package io.balsa.kv.ctl;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.file.log.FileLogAudit;
import io.balsa.raft.spi.LogAudit;
import io.balsa.raft.storage.rocksdb.RocksLogAudit;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The log of a member that doesn't run, which can't be started either before this is closed. One thread. */
final class StoppedLog implements AutoCloseable {
  private final Path directory;
  private final Optional<Path> state;
  private final Optional<Closeable> lock;

  private StoppedLog(Path directory, Optional<Path> state, Optional<Closeable> lock) {
    this.directory = directory;
    this.state = state;
    this.lock = lock;
  }

  /**
   * @param named a member's data directory, or its log's
   * @throws CtlException if it is neither, or the member runs
   */
  static StoppedLog at(Path named) throws IOException {
    Path dir = named.toAbsolutePath().normalize();
    if (!Files.isDirectory(dir)) {
      throw new CtlException("there is no directory " + dir);
    }
    Path log = isMembers(dir) ? dir.resolve("log") : dir;
    if (!FileLogAudit.isLog(log) && !RocksLogAudit.isLog(log)) {
      throw new CtlException(
          dir + " is neither a member's data directory nor a log: give --data-dir of a member");
    }
    Path member = log.getParent();
    return member != null && isMembers(member)
        ? new StoppedLog(log, Optional.of(member.resolve("state")), Optional.of(lock(member)))
        : new StoppedLog(log, Optional.empty(), Optional.empty());
  }

  private static boolean isMembers(Path dir) {
    return Files.exists(dir.resolve("identity"));
  }

  private static Closeable lock(Path member) throws IOException {
    return Disk.ofSystem()
        .lock(member.resolve("lock"))
        .orElseThrow(
            () ->
                new CtlException(
                    "the member in "
                        + member
                        + " is running: stop it first. Nothing was read or written"));
  }

  Path directory() {
    return directory;
  }

  /** The member's key-value state, if this is a member's. */
  Optional<Path> state() {
    return state;
  }

  boolean isFileLog() {
    return FileLogAudit.isLog(directory);
  }

  LogAudit audit() {
    return isFileLog() ? FileLogAudit.open(directory) : RocksLogAudit.open(directory);
  }

  @Override
  public void close() throws IOException {
    if (lock.isPresent()) {
      lock.get().close();
    }
  }
}
