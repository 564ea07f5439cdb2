package io.balsa.kv.state.store;

import io.balsa.raft.spi.Snapshot;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * Rows on the heap or on disk. Any thread may {@link #pin} and {@link #write}; a write is seen whole or not at all, and
 * writes become durable in the order in which they were made, so that a crash leaves a prefix of them.
 *
 * <p>Failures are {@link io.balsa.raft.model.StorageException}s: the node stops. After {@link #close} every call throws
 * {@link io.balsa.raft.model.NodeStoppedException}; pins that are still held stay readable.
 */
public interface OrderedStore extends AutoCloseable {

  /** Fails when a read finds that rows aren't what was written; never completes otherwise. */
  default CompletableFuture<Void> damaged() {
    return new CompletableFuture<>();
  }

  /** The rows as they are now. */
  StorePin pin();

  /** Writes all or nothing. Visible to later pins on return; durable after the next {@link #flush}. */
  void write(StoreWrites writes);

  /** Makes every write that returned durable. */
  void flush();

  /** Captures the rows as they are now; one thread. */
  Snapshot capture();

  /** The rows as they are now, or a moment later, for an operator to keep. Any thread. */
  Backup backup();

  /**
   * Replaces all rows by those of a capture, durably, or leaves them as they are. Pins that are held go on showing the
   * old rows.
   *
   * @param arrival judges the new rows before they count
   * @throws IOException if the stream ends early or isn't what a capture wrote; the old rows are still there
   */
  void restore(DataInputStream snapshot, Arrival arrival) throws IOException;

  /**
   * Gives the space of deleted rows that no pin shows back. Blocks for as long as it takes; reads and writes go on.
   */
  void reclaim();

  /** Bytes held; never 0. */
  long sizeBytes();

  /** Bytes that aren't waiting to be reclaimed, estimated; never 0. */
  long liveBytes();

  @Override
  void close();

  /** Has the last word on rows that came with a snapshot. */
  interface Arrival {
    /**
     * Refuses the new rows by throwing, or returns what is to be written to them before they count.
     */
    StoreWrites inspect(OrderedReader rows);
  }
}
