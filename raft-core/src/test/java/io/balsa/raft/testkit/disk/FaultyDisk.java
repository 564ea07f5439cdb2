package io.balsa.raft.testkit.disk;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.file.disk.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A disk that fails at the call with a given number: every call counts, so that none can be forgotten. A flush that fails
 * loses what it should have flushed, and the next one says that all is well. Thread-safe.
 */
public final class FaultyDisk implements Disk {
  /** What goes wrong. */
  public enum Fault {
    /** EIO. */
    BROKEN("Input/output error"),
    /** ENOSPC, from calls that may need space; others go well. */
    FULL("No space left on device"),
    /** A read or write moves fewer bytes than it could; other calls go well. */
    SHORT("");

    private final String message;

    Fault(String message) {
      this.message = message;
    }
  }

  private enum Call {
    LOOK,
    CHANGE,
    READ,
    WRITE,
    FORCE
  }

  private final MemoryDisk disk;
  private final AtomicBoolean failsFlush = new AtomicBoolean();
  private Fault fault = Fault.SHORT;
  private long failsAt = Long.MAX_VALUE;
  private boolean forEver;
  private long calls;
  private boolean failed;

  public FaultyDisk(MemoryDisk disk) {
    this.disk = disk;
    disk.failForces(() -> failsFlush.getAndSet(false));
  }

  /**
   * @param call the number of the call that fails, counted from 1
   * @param lasting whether all later ones fail, too
   */
  public synchronized void failAt(long call, Fault how, boolean lasting) {
    failsAt = call;
    fault = how;
    forEver = lasting;
  }

  /** All is well from now on. */
  public synchronized void heal() {
    failsAt = Long.MAX_VALUE;
  }

  public synchronized long calls() {
    return calls;
  }

  /** Whether a call failed, or was cut short. */
  public synchronized boolean failed() {
    return failed;
  }

  /** Whether the call shall move fewer bytes. */
  private synchronized boolean count(Call call) throws IOException {
    calls++;
    if (calls < failsAt || (calls > failsAt && !forEver)) {
      return false;
    }
    boolean moves = call == Call.READ || call == Call.WRITE;
    boolean mayNeedSpace = call != Call.LOOK && call != Call.READ;
    if (fault == Fault.SHORT ? !moves : fault == Fault.FULL && !mayNeedSpace) {
      return false;
    }
    failed = true;
    if (fault == Fault.SHORT) {
      return true;
    }
    throw new IOException(fault.message);
  }

  // ---- Disk

  @Override
  public DiskFile open(Path file, Access access) throws IOException {
    count(access == Access.READ ? Call.LOOK : Call.CHANGE);
    return new FaultyFile(disk.open(file, access));
  }

  @Override
  public boolean exists(Path file) throws IOException {
    count(Call.LOOK);
    return disk.exists(file);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    count(Call.LOOK);
    return disk.list(directory);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    count(Call.CHANGE);
    disk.createDirectories(directory);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    count(Call.CHANGE);
    disk.rename(from, to);
  }

  @Override
  public void delete(Path file) throws IOException {
    count(Call.CHANGE);
    disk.delete(file);
  }

  @Override
  public void force(Path directory) throws IOException {
    count(Call.CHANGE);
    disk.force(directory);
  }

  @Override
  public Optional<Closeable> lock(Path file) throws IOException {
    count(Call.CHANGE);
    return disk.lock(file);
  }

  private final class FaultyFile implements DiskFile {
    private final DiskFile file;

    FaultyFile(DiskFile file) {
      this.file = file;
    }

    @Override
    public int read(ByteBuffer into, long offset) throws IOException {
      boolean cut = count(Call.READ);
      return moved(into, cut, part -> file.read(part, offset));
    }

    @Override
    public int write(ByteBuffer from, long offset) throws IOException {
      boolean cut = count(Call.WRITE);
      return moved(from, cut, part -> file.write(part, offset));
    }

    @Override
    public void force() throws IOException {
      try {
        count(Call.FORCE);
      } catch (IOException e) {
        failsFlush.set(true);
        file.force(); // throws in its turn
      }
      file.force();
    }

    @Override
    public long size() throws IOException {
      count(Call.LOOK);
      return file.size();
    }

    @Override
    public void close() throws IOException {
      file.close();
      count(Call.LOOK);
    }
  }

  private interface Move {
    int move(ByteBuffer part) throws IOException;
  }

  private static int moved(ByteBuffer buffer, boolean half, Move move) throws IOException {
    if (!half || buffer.remaining() < 2) {
      return move.move(buffer);
    }
    int limit = buffer.limit();
    buffer.limit(buffer.position() + buffer.remaining() / 2);
    try {
      return move.move(buffer);
    } finally {
      buffer.limit(limit);
    }
  }
}
