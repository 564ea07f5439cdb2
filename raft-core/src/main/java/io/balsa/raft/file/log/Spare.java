package io.balsa.raft.file.log;

import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.LoggerFactory;

/**
 * Makes the next segment's file ready while the current one is filled: all zeros, on the disk. A flush then has only data to
 * write, not where the file's blocks are.
 */
final class Spare implements AutoCloseable {
  private static final int ZEROS_BYTES = 1 << 20;

  private final Path path;
  private final long segmentBytes;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread maker = new Thread(task, "balsa-log-spare");
            maker.setDaemon(true);
            return maker;
          });
  private CompletableFuture<FileChannel> next;

  Spare(Path directory, long segmentBytes) {
    this.path = directory.resolve("spare.tmp");
    this.segmentBytes = segmentBytes;
    this.next = make(segmentBytes);
  }

  Path path() {
    return path;
  }

  /** The file, at {@link #path}, of at least so many bytes. The caller renames it, then asks for the next. */
  FileChannel take(long bytesMin) {
    try {
      FileChannel ready = next.join();
      if (ready.size() >= bytesMin) {
        return ready;
      }
      ready.close();
      return make(bytesMin).join();
    } catch (CompletionException | IOException e) {
      throw new StorageException("can't make " + path + ": " + e, e);
    }
  }

  /** The file that was taken has its own name now. */
  void makeNext() {
    next = make(segmentBytes);
  }

  private CompletableFuture<FileChannel> make(long bytes) {
    return CompletableFuture.supplyAsync(() -> fill(bytes), thread);
  }

  private FileChannel fill(long bytes) {
    try {
      FileChannel channel =
          FileChannel.open(
              path,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING);
      ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
      for (long at = 0; at < bytes; ) {
        zeros.clear().limit((int) Math.min(ZEROS_BYTES, bytes - at));
        at += channel.write(zeros, at);
      }
      channel.force(true);
      return channel;
    } catch (IOException e) {
      throw new StorageException("can't make " + path + ": " + e, e);
    }
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      next.join().close();
      Files.deleteIfExists(path);
    } catch (CompletionException | IOException e) {
      // It held nothing; the next start makes it anew.
      LoggerFactory.getLogger(Spare.class).debug("no spare segment to remove", e);
    }
  }
}
