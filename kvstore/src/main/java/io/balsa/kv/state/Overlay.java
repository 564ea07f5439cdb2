package io.balsa.kv.state;

import io.balsa.kv.state.store.OrderedReader;
import io.balsa.kv.state.store.StoreCursor;
import io.balsa.kv.state.store.StoreWrites;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a pin with the writes of the running batch on top: later commands of a batch see what earlier ones wrote. A
 * command that fails half-way is undone. Apply thread only.
 */
final class Overlay implements OrderedReader {
  private final OrderedReader below;
  private final StoreWrites writes = new StoreWrites();

  /** What was said before about each key that the running command wrote, in order. */
  private final List<Undo> undos = new ArrayList<>();

  private long bytes;

  private record Undo(byte[] key, byte @Nullable [] verdict) {}

  Overlay(OrderedReader below) {
    this.below = below;
  }

  void put(byte[] key, byte[] value) {
    undos.add(new Undo(key, writes.verdict(key)));
    writes.put(key, value);
    bytes += key.length + value.length;
  }

  void delete(byte[] key) {
    undos.add(new Undo(key, writes.verdict(key)));
    writes.delete(key);
    bytes += key.length;
  }

  /** What the writes hold, at most: rows written twice count twice. */
  long bytes() {
    return bytes;
  }

  /**
   * Keeps everything so far for good.
   *
   * @param crc takes in the rows that were written since the last time, in the order in which they were
   */
  void keep(CRC32C crc) {
    for (Undo undo : undos) {
      byte[] written = writes.verdict(undo.key());
      crc.update(undo.key());
      if (written != null && !StoreWrites.isDeletion(written)) {
        crc.update(written);
      }
    }
    undos.clear();
  }

  /** Takes back every write since the last {@link #keep}. */
  void undo() {
    for (int i = undos.size() - 1; i >= 0; i--) {
      writes.reinstate(undos.get(i).key(), undos.get(i).verdict());
    }
    undos.clear();
  }

  StoreWrites writes() {
    return writes;
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    byte[] verdict = writes.verdict(key);
    if (verdict == null) {
      return below.get(key);
    }
    return StoreWrites.isDeletion(verdict) ? null : verdict;
  }

  @Override
  public byte @Nullable [] getStart(byte[] key, int bytesMax) {
    return writes.verdict(key) == null ? below.getStart(key, bytesMax) : get(key);
  }

  /** Write nothing while it is open. */
  @Override
  public StoreCursor cursor(byte[] fromKey, byte[] toKey, Direction direction) {
    StoreCursor rows = below.cursor(fromKey, toKey, direction);
    var written = writes.between(fromKey, toKey, direction);
    return written.isEmpty() ? rows : new Merged(rows, written.entrySet().iterator(), direction);
  }

  /** Two ordered walks as one; where both have a key, the written one counts. */
  private static final class Merged implements StoreCursor {
    private final StoreCursor rows;
    private final Iterator<Map.Entry<byte[], byte[]>> written;
    private final Direction direction;
    private byte @Nullable [] rowKey;
    private Map.@Nullable Entry<byte[], byte[]> write;
    private byte @Nullable [] key;
    private boolean onWrite;

    Merged(StoreCursor rows, Iterator<Map.Entry<byte[], byte[]>> written, Direction direction) {
      this.rows = rows;
      this.written = written;
      this.direction = direction;
      advanceRow();
      advanceWrite();
    }

    private void advanceRow() {
      rowKey = rows.next() ? rows.key() : null;
    }

    private void advanceWrite() {
      write = written.hasNext() ? written.next() : null;
    }

    @Override
    public boolean next() {
      leaveCurrent();
      while (write != null) {
        int order = rowKey == null ? -1 : order(write.getKey(), rowKey);
        if (order > 0) {
          break;
        }
        if (order == 0) {
          advanceRow();
        }
        if (!StoreWrites.isDeletion(write.getValue())) {
          onWrite = true;
          key = write.getKey();
          return true;
        }
        advanceWrite();
      }
      onWrite = false;
      key = rowKey;
      return key != null;
    }

    private void leaveCurrent() {
      if (key == null) {
        return;
      }
      if (onWrite) {
        advanceWrite();
      } else {
        advanceRow();
      }
    }

    private int order(byte[] one, byte[] other) {
      int order = Arrays.compareUnsigned(one, other);
      return direction == Direction.UP ? order : -order;
    }

    @Override
    public byte[] key() {
      if (key == null) {
        throw new NoSuchElementException("the cursor stands on no row");
      }
      return key;
    }

    @Override
    public byte[] value() {
      if (onWrite && write != null) {
        return write.getValue();
      }
      return rows.value();
    }

    @Override
    public byte[] valueStart(int bytesMax) {
      if (onWrite && write != null) {
        byte[] value = write.getValue();
        return Arrays.copyOf(value, Math.min(value.length, bytesMax));
      }
      return rows.valueStart(bytesMax);
    }

    @Override
    public void close() {
      rows.close();
    }
  }
}
