package io.balsa.kv.state.store;

import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.spi.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows on the heap, for simulations and tests: exact, simple, gone with the process. Any thread. */
public final class HeapStore implements OrderedStore {
  private static final long MAGIC = 0x42414c5341484550L; // "BALSAHEP"
  private static final byte[] FIRST_KEY = {};
  private static final byte[] AFTER_LAST_KEY = {(byte) 0xff};
  private static final int ROW_BYTES_MAX = 1 << 28;

  private volatile PersistentTree rows;
  private volatile PersistentTree durable;
  private volatile boolean closed;

  public HeapStore() {
    this(PersistentTree.EMPTY);
  }

  private HeapStore(PersistentTree rows) {
    this.rows = rows;
    this.durable = rows;
  }

  /** What a crash at this moment would leave: the rows of the last {@link #flush}, {@link #restore} or close. */
  public HeapStore afterCrash() {
    return new HeapStore(durable);
  }

  @Override
  public StorePin pin() {
    ensureOpen();
    return new HeapPin(rows);
  }

  @Override
  public synchronized void write(StoreWrites writes) {
    ensureOpen();
    PersistentTree next = rows;
    for (Map.Entry<byte[], byte[]> row : writes.all().entrySet()) {
      next =
          StoreWrites.isDeletion(row.getValue())
              ? next.remove(row.getKey())
              : next.put(row.getKey(), row.getValue());
    }
    rows = next;
  }

  @Override
  public synchronized void flush() {
    ensureOpen();
    durable = rows;
  }

  @Override
  public Snapshot capture() {
    ensureOpen();
    PersistentTree captured = rows;
    return sink -> writeRows(captured, sink);
  }

  /** One file in memory. */
  @Override
  public Backup backup() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Snapshot captured = capture()) {
      captured.writeTo(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new AssertionError("writing to memory can't fail", e);
    }
    byte[] rowBytes = bytes.toByteArray();
    Backup.Part part =
        new Backup.Part("rows", rowBytes.length, () -> new ByteArrayInputStream(rowBytes));
    return new Backup() {
      @Override
      public List<Part> parts() {
        return List.of(part);
      }

      @Override
      public void close() {}
    };
  }

  private static void writeRows(PersistentTree captured, DataOutputStream sink) throws IOException {
    sink.writeLong(MAGIC);
    try (StoreCursor cursor =
        captured.cursor(FIRST_KEY, AFTER_LAST_KEY, OrderedReader.Direction.UP)) {
      while (cursor.next()) {
        sink.writeInt(cursor.key().length);
        sink.write(cursor.key());
        sink.writeInt(cursor.value().length);
        sink.write(cursor.value());
      }
    }
    sink.writeInt(-1);
  }

  @Override
  public void restore(DataInputStream snapshot, Arrival arrival) throws IOException {
    ensureOpen();
    HeapStore incoming = new HeapStore(readRows(snapshot));
    try (StorePin pin = incoming.pin()) {
      incoming.write(arrival.inspect(pin));
    }
    synchronized (this) {
      rows = incoming.rows;
      durable = rows;
    }
  }

  private static PersistentTree readRows(DataInputStream in) throws IOException {
    if (in.readLong() != MAGIC) {
      throw new IOException("not a snapshot of a heap store");
    }
    PersistentTree read = PersistentTree.EMPTY;
    for (int keySize = in.readInt(); keySize != -1; keySize = in.readInt()) {
      byte[] key = readBytes(in, keySize);
      read = read.put(key, readBytes(in, in.readInt()));
    }
    return read;
  }

  private static byte[] readBytes(DataInputStream in, int size) throws IOException {
    if (size < 0 || size > ROW_BYTES_MAX) {
      throw new IOException("a row of the snapshot claims " + size + " bytes");
    }
    byte[] bytes = new byte[size];
    in.readFully(bytes);
    return bytes;
  }

  /** There is nothing to do: what isn't reachable is gone. */
  @Override
  public void reclaim() {
    ensureOpen();
  }

  @Override
  public long sizeBytes() {
    return Math.max(1, rows.bytes());
  }

  @Override
  public long liveBytes() {
    return sizeBytes();
  }

  @Override
  public synchronized void close() {
    durable = rows;
    closed = true;
  }

  private void ensureOpen() {
    if (closed) {
      throw new NodeStoppedException("the store is closed");
    }
  }

  /** A root that nobody changes; counts its holders only to find those who read after they let go. */
  private static final class HeapPin implements StorePin {
    private final PersistentTree rows;
    private final RefCount refs = new RefCount();
    private volatile boolean freed;

    HeapPin(PersistentTree rows) {
      this.rows = rows;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
      ensureHeld();
      return rows.get(key);
    }

    @Override
    public StoreCursor cursor(byte[] fromKey, byte[] toKey, Direction direction) {
      ensureHeld();
      return rows.cursor(fromKey, toKey, direction);
    }

    @Override
    public boolean tryRetain() {
      return refs.tryRetain();
    }

    @Override
    public void close() {
      freed = refs.release();
    }

    private void ensureHeld() {
      if (freed) {
        throw new IllegalStateException("nobody holds this pin any more");
      }
    }
  }
}
