package io.balsa.raft.memory;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.SnapshotStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A snapshot store on a disk that is only memory: committed snapshots outlive the store, not the
 * process. For the handing over of the disk see {@link MemoryLogStore}.
 *
 * <p>Thread-safe; each writer is for one thread at a time. Fails only when misused.
 */
public final class MemorySnapshotStore implements SnapshotStore {

  /** What survives a crash. Guards itself: every access holds its monitor. */
  private static final class Disk {
    private final Map<GroupId, Stored> committed = new TreeMap<>();
    private final Map<GroupId, MemoryWriter> unfinished = new TreeMap<>();

    /** The one store that may use this disk. */
    private MemorySnapshotStore owner;

    private Disk(MemorySnapshotStore owner) {
      this.owner = owner;
    }
  }

  private record Stored(SnapshotMeta meta, byte[] content) {}

  private final Disk disk;
  private boolean closed;

  /** A store on a new, empty disk. */
  public MemorySnapshotStore() {
    this.disk = new Disk(this);
  }

  private MemorySnapshotStore(Disk disk) {
    this.disk = disk;
  }

  /** A new store on the same disk, as after a restart. This one is never usable again. */
  public MemorySnapshotStore reopen() {
    synchronized (disk) {
      if (disk.owner != this) {
        throw new StorageException("the disk of this store was handed over already");
      }
      closed = true;
      disk.unfinished.clear();
      disk.owner = new MemorySnapshotStore(disk);
      return disk.owner;
    }
  }

  @Override
  public Optional<SnapshotMeta> latest(GroupId group) {
    synchronized (disk) {
      checkUsable();
      return Optional.ofNullable(disk.committed.get(group)).map(Stored::meta);
    }
  }

  @Override
  public Writer create(GroupId group, SnapshotMeta meta) {
    synchronized (disk) {
      checkUsable();
      MemoryWriter writer = new MemoryWriter(group, meta);
      disk.unfinished.put(group, writer);
      return writer;
    }
  }

  @Override
  public InputStream open(GroupId group, SnapshotMeta meta) {
    synchronized (disk) {
      checkUsable();
      Stored stored = disk.committed.get(group);
      if (stored == null || !stored.meta().equals(meta)) {
        throw new StorageException(group + " has no snapshot through " + meta.last());
      }
      return new ByteArrayInputStream(stored.content());
    }
  }

  @Override
  public void close() {
    synchronized (disk) {
      closed = true;
    }
  }

  private void checkUsable() {
    if (closed) {
      throw new StorageException("this store was closed, or its disk handed over");
    }
  }

  private final class MemoryWriter implements Writer {
    private final GroupId group;
    private final SnapshotMeta meta;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    private MemoryWriter(GroupId group, SnapshotMeta meta) {
      this.group = group;
      this.meta = meta;
    }

    @Override
    public void write(Bytes chunk) {
      synchronized (disk) {
        checkUnfinished();
        try {
          chunk.writeTo(content);
        } catch (IOException e) {
          throw new UncheckedIOException("writing to memory can't fail", e);
        }
      }
    }

    @Override
    public long size() {
      return content.size();
    }

    @Override
    public void commit() {
      synchronized (disk) {
        checkUnfinished();
        disk.committed.put(group, new Stored(meta, content.toByteArray()));
        disk.unfinished.remove(group, this);
      }
    }

    @Override
    public void close() {
      synchronized (disk) {
        disk.unfinished.remove(group, this);
      }
    }

    private void checkUnfinished() {
      checkUsable();
      Invariant.check(
          disk.unfinished.get(group) == this,
          "%s: the snapshot through %s was committed or discarded already",
          group,
          meta.last());
    }
  }
}
