package io.balsa.raft.file.log;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.file.disk.DiskFile;
import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.LoggerFactory;

/**
 * Makes the next segment's file ready while the current one is filled: all zeros, on the disk. A flush then has only data to
 * write, not where the file's blocks are.
 */
final class Spare implements AutoCloseable {
  /**
   * At a time. The kernel keeps what is written at once in pieces of that size, and counts the whole piece as written whenever
   * a byte of it is: with a MiB, a put of 256 B looks like one of a MiB.
   */
  private static final int ZEROS_BYTES = 4 << 10;

  private final Path path;
  private final long segmentBytes;
  private final Disk disk;
  private final Executor maker;
  private CompletableFuture<DiskFile> next;

  /**
   * @param maker where the file is made; shut down with this
   */
  Spare(Disk disk, Path directory, long segmentBytes, Executor maker) {
    this.disk = disk;
    this.path = directory.resolve("spare.tmp");
    this.segmentBytes = segmentBytes;
    this.maker = maker;
    this.next = make(segmentBytes);
  }

  /** A thread to make it in. */
  static ExecutorService thread() {
    return Executors.newSingleThreadExecutor(
        task -> {
          Thread maker = new Thread(task, "balsa-log-spare");
          maker.setDaemon(true);
          return maker;
        });
  }

  Path path() {
    return path;
  }

  /**
   * The file, at {@link #path}, of at least so many bytes. The caller renames it, then asks for the next. One that couldn't be
   * made ahead of time is tried once more, for there may be space meanwhile: it is made anew, and holds nothing yet.
   */
  DiskFile take(long bytesMin) {
    try {
      Optional<DiskFile> ready = next.handle((file, e) -> Optional.ofNullable(file)).join();
      if (ready.isPresent() && ready.get().size() >= bytesMin) {
        return ready.get();
      }
      if (ready.isPresent()) {
        ready.get().close();
      }
      next = make(Math.max(segmentBytes, bytesMin));
      return next.join();
    } catch (CompletionException | IOException e) {
      throw new StorageException("can't make " + path + ": " + e, e);
    }
  }

  /** The file that was taken has its own name now. */
  void makeNext() {
    next = make(segmentBytes);
  }

  private CompletableFuture<DiskFile> make(long bytes) {
    return CompletableFuture.supplyAsync(() -> fill(bytes), maker);
  }

  private DiskFile fill(long bytes) {
    try {
      DiskFile file = disk.open(path, Disk.Access.RENEW);
      try {
        ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS_BYTES, bytes));
        for (long at = 0; at < bytes; at += zeros.limit()) {
          zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at));
          file.writeFully(zeros, at);
        }
        file.force();
        return file;
      } catch (IOException | RuntimeException e) {
        file.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StorageException("can't make " + path + ": " + e, e);
    }
  }

  @Override
  public void close() {
    if (maker instanceof ExecutorService thread) {
      thread.shutdown();
    }
    try {
      next.join().close();
      if (disk.exists(path)) {
        disk.delete(path);
      }
    } catch (CompletionException | IOException e) {
      // It held nothing; the next start makes it anew.
      LoggerFactory.getLogger(Spare.class).debug("no spare segment to remove", e);
    }
  }
}
