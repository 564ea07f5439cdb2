package io.balsa.kv.state.store;

import io.balsa.kv.state.store.OrderedReader.Direction;
import java.util.Arrays;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** A RocksDB iterator between bounds. Takes over one hold on its pin and lets go when closed. One thread. */
final class RocksCursor implements StoreCursor {
  private final RocksPin pin;
  private final RocksColumns.Part part;
  private final Direction direction;
  private final Slice lower;
  private final Slice upper;
  private final ReadOptions options;
  private final RocksIterator rows;
  private boolean started;
  private boolean closed;

  RocksCursor(RocksPin pin, RocksColumns.Part part, Direction direction) {
    this.pin = pin;
    this.part = part;
    this.direction = direction;
    this.lower = new Slice(part.fromKey());
    this.upper = new Slice(part.toKey());
    this.options =
        new ReadOptions()
            .setSnapshot(pin.snapshot())
            .setIterateLowerBound(lower)
            .setIterateUpperBound(upper);
    this.rows = pin.database().db().newIterator(part.column(), options);
  }

  @Override
  public boolean next() {
    ensureOpen();
    boolean up = direction == Direction.UP;
    if (!started) {
      started = true;
      if (up) {
        rows.seek(part.fromKey());
      } else {
        rows.seekToLast();
      }
    } else if (up) {
      rows.next();
    } else {
      rows.prev();
    }
    return rows.isValid() || ended();
  }

  /** False, unless it ended because it couldn't read on. */
  private boolean ended() {
    try {
      rows.status();
      return false;
    } catch (RocksDBException e) {
      throw pin.database().readFailed(e);
    }
  }

  @Override
  public byte[] key() {
    ensureOpen();
    return rows.key();
  }

  @Override
  public byte[] value() {
    ensureOpen();
    return rows.value();
  }

  @Override
  public byte[] valueStart(int bytesMax) {
    ensureOpen();
    byte[] start = new byte[bytesMax];
    int valueBytes = rows.value(start);
    return valueBytes < bytesMax ? Arrays.copyOf(start, valueBytes) : start;
  }

  private void ensureOpen() {
    if (closed) {
      throw new IllegalStateException("the cursor is closed");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    rows.close();
    options.close();
    lower.close();
    upper.close();
    pin.close();
  }
}
