package io.balsa.raft.testkit.disk;

import io.balsa.raft.file.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicBoolean;

/** An open file of a {@link MemoryDisk}. */
final class MemoryFile implements DiskFile {
  private final MemoryDisk disk;
  private final Inode inode;
  private final boolean writable;
  private final AtomicBoolean closed = new AtomicBoolean();

  MemoryFile(MemoryDisk disk, Inode inode, boolean writable) {
    this.disk = disk;
    this.inode = inode;
    this.writable = writable;
  }

  @Override
  public int read(ByteBuffer into, long offset) throws IOException {
    checkOpen();
    return inode.read(into, offset);
  }

  @Override
  public int write(ByteBuffer from, long offset) throws IOException {
    checkOpen();
    if (!writable) {
      throw new IOException("opened for reading only");
    }
    int count = from.remaining();
    disk.changing(() -> inode.write(from, offset));
    return count;
  }

  @Override
  public void force() throws IOException {
    checkOpen();
    if (disk.forceFails()) {
      inode.failToForce();
      throw new IOException("Input/output error");
    }
    disk.changing(inode::force);
  }

  @Override
  public long size() throws IOException {
    checkOpen();
    return inode.size();
  }

  @Override
  public void close() {
    closed.set(true);
  }

  private void checkOpen() throws IOException {
    if (closed.get()) {
      throw new ClosedChannelException();
    }
  }
}
