package io.balsa.raft.file.log;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * A log in plain files, pure Java: one stream of records for all groups of a host, one write and one flush for all that waits.
 *
 * <p>Threads and failures are as {@link LogStore} says: after a failure the store refuses everything but {@link #close}.
 */
public final class FileLogStore implements LogStore {
  /*
   * The directory:
   *
   *   store                  format and id of this log; the id is in every checksum (FormatFile)
   *   lock                   held while a process uses the directory
   *   tail                   how far the log was flushed (TailMark)
   *   0000000000000001.log   segments, in order (Segment, Frame, RecordBody, EntryLayout)
   *   0000000000000002.log
   *   spare.tmp              the next segment's file, all zeros
   *
   * Each segment begins with what the ones before it say of every group, beside its entries. So a segment may go as soon as
   * no live entry lies in it or before it: compaction is deleting files, and nothing is ever rewritten.
   *
   * What is in memory (GroupIndex) follows what is durable, never runs ahead of it, and is all that a reader needs to find
   * an entry. The lock guards it; files are read outside the lock.
   */
  private static final long SEGMENT_BYTES = 64L << 20;

  private final StoreDirectory directory;
  private final ConcurrentNavigableMap<Long, Segment> segments;
  private final Map<GroupId, GroupIndex> groups;
  private final TailMark tailMark;
  private final Spare spare;
  private final LogAppender appender;

  /** Guards the groups' indexes for readers, and keeps a segment from being deleted while one looks it up. */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** Held by whoever writes. */
  private final Object writing = new Object();

  private static final String CLOSED = "it is closed";

  /** Why nothing works any more; empty while all does. */
  private volatile String refusal = "";

  private FileLogStore(
      StoreDirectory directory,
      ConcurrentNavigableMap<Long, Segment> segments,
      TailMark tailMark,
      Spare spare,
      Map<GroupId, GroupIndex> groups,
      LogRecovery.End end) {
    this.directory = directory;
    this.segments = segments;
    this.tailMark = tailMark;
    this.spare = spare;
    this.groups = new TreeMap<>(groups);
    this.appender = new LogAppender(directory, segments, this.groups::values, tailMark, spare);
    if (directory.isNew()) {
      directory.created();
    }
    appender.resume(end);
  }

  /** Opens the log in this directory, and creates it where nothing is yet. */
  public static FileLogStore at(Path directory) {
    return at(directory, SEGMENT_BYTES);
  }

  /**
   * @param segmentBytes the size of a file; a record that is larger gets a larger one
   * @throws StorageException if the directory is in use, isn't a log's, or is damaged; nothing was lost by it
   */
  public static FileLogStore at(Path directory, long segmentBytes) {
    return on(Disk.ofSystem(), directory, segmentBytes);
  }

  /** As {@link #at(Path, long)}, on a file system of the caller's. */
  public static FileLogStore on(Disk disk, Path directory, long segmentBytes) {
    return on(disk, directory, segmentBytes, Spare.thread());
  }

  /**
   * @param maker where the next segment is made ready
   */
  static FileLogStore on(Disk disk, Path directory, long segmentBytes, Executor maker) {
    try (Opening opening = new Opening()) {
      StoreDirectory store = opening.with(StoreDirectory.open(disk, directory));
      ConcurrentNavigableMap<Long, Segment> segments = store.openSegments();
      opening.with(() -> releaseAll(segments));
      TailMark tailMark = opening.with(TailMark.open(disk, directory, store.storeId()));
      LogRecovery recovery = new LogRecovery(disk, segments, tailMark.read());
      LogRecovery.End end =
          store.isNew() ? new LogRecovery.End(1, Segment.HEADER_BYTES, 0) : recovery.recover();
      store.sync();
      // Not before: a member that refuses its log writes nothing.
      Spare spare = opening.with(new Spare(disk, directory, segmentBytes, maker));
      FileLogStore opened =
          new FileLogStore(store, segments, tailMark, spare, recovery.groups(), end);
      opening.done();
      return opened;
    }
  }

  @Override
  public RestoredState open(GroupId group) {
    return write(
        () -> {
          GroupIndex index = groups.get(group);
          if (index == null) {
            index = new GroupIndex(group);
            lock.writeLock().lock();
            try {
              groups.put(group, index);
            } finally {
              lock.writeLock().unlock();
            }
          }
          long incarnation = index.incarnation() + 1;
          appender.append(
              RecordBody.GROUP_BYTES + Long.BYTES,
              (out, shift) -> {
                RecordBody.begin(out, RecordBody.Type.OPENED, group);
                out.putLong(incarnation);
              });
          index.open(incarnation);
          appender.flush();
          return index.restored();
        });
  }

  @Override
  public void persist(List<PersistBatch> batches) {
    Invariant.check(!batches.isEmpty(), "nothing to persist");
    write(
        () -> {
          batches.forEach(this::append);
          appender.flush();
          return true;
        });
  }

  private void append(PersistBatch batch) {
    GroupIndex index = index(batch.group());
    long[] locations = new long[batch.entries().size()];
    appender.append(
        RecordBody.sizeOf(batch),
        (out, shift) -> {
          RecordBody.writeBatchHead(out, batch);
          for (int i = 0; i < locations.length; i++) {
            locations[i] = Location.of(appender.currentSegment(), shift + out.position());
            EntryLayout.write(out, batch.group(), batch.entries().get(i));
          }
        });
    appender.whenDurable(() -> take(index, batch, locations));
  }

  private void take(GroupIndex index, PersistBatch batch, long[] locations) {
    lock.writeLock().lock();
    try {
      batch.hardState().ifPresent(index::setHardState);
      batch.resetTo().ifPresent(index::reset);
      for (int i = 0; i < locations.length; i++) {
        index.append(batch.entries().get(i), locations[i]);
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  @Override
  public void compact(GroupId group, SnapshotMeta base) {
    write(
        () -> {
          GroupIndex index = index(group);
          if (base.index() > index.base().index()) {
            appender.append(
                RecordBody.GROUP_BYTES + RecordBody.sizeOf(base),
                (out, shift) -> {
                  RecordBody.begin(out, RecordBody.Type.COMPACTED, group);
                  RecordBody.write(out, base);
                });
            lock.writeLock().lock();
            try {
              index.compact(base);
            } finally {
              lock.writeLock().unlock();
            }
            deleteUnused();
          }
          return true;
        });
  }

  /** The oldest first, so that a crash leaves no hole (trap D5); and not before it is durable that nobody needs them. */
  private void deleteUnused() {
    long oldestUsed = appender.currentSegment();
    for (GroupIndex group : groups.values()) {
      oldestUsed = Math.min(oldestUsed, group.oldestSegment());
    }
    List<Segment> unused = new ArrayList<>(segments.headMap(oldestUsed, false).values());
    if (unused.isEmpty()) {
      return;
    }
    appender.flush();
    for (Segment segment : unused) {
      lock.writeLock().lock();
      try {
        segments.remove(segment.number());
      } finally {
        lock.writeLock().unlock();
      }
      segment.delete(directory.disk());
      directory.sync();
    }
  }

  @Override
  public List<Entry> read(GroupId group, long fromIndex, long toIndex, long bytesMax) {
    checkUsable();
    EntryReader reader = new EntryReader(group, fromIndex);
    lock.readLock().lock();
    try {
      GroupIndex index = index(group);
      long endIndex = Math.min(toIndex, index.lastIndex() + 1);
      boolean present = index.firstIndex() <= fromIndex && fromIndex < endIndex;
      if (!present) {
        return List.of();
      }
      // An entry takes some bytes at least, so no more than these can be asked for.
      long countMax = Math.max(1, bytesMax / Entry.OVERHEAD_BYTES);
      reader.locate(index, Math.min(endIndex, fromIndex + countMax), segments);
    } finally {
      lock.readLock().unlock();
    }
    try {
      return reader.read(bytesMax);
    } finally {
      reader.releaseSegments();
    }
  }

  /** How many bytes of records were written since the store was opened. For benchmarks. */
  public long bytesWritten() {
    return appender.bytesWritten();
  }

  /** How many flushes there were since the store was opened. For benchmarks. */
  public long flushes() {
    return appender.flushes();
  }

  @Override
  public void close() {
    synchronized (writing) {
      if (refusal.equals(CLOSED)) {
        return;
      }
      boolean failed = !refusal.isEmpty();
      try (Opening parts = new Opening()) {
        parts.with(directory);
        parts.with(() -> releaseAll(segments));
        parts.with(() -> tailMark.close(!failed));
        parts.with(spare);
        if (!failed) {
          appender.flush();
        }
      } finally {
        refusal = CLOSED;
      }
    }
  }

  private static void releaseAll(Map<Long, Segment> segments) {
    try (Opening all = new Opening()) {
      segments.values().forEach(segment -> all.with(segment::release));
    }
  }

  private GroupIndex index(GroupId group) {
    GroupIndex index = groups.get(group);
    Invariant.check(index != null, "%s was never opened", group);
    return Objects.requireNonNull(index);
  }

  private void checkUsable() {
    if (!refusal.isEmpty()) {
      throw new StorageException("the log in " + directory.path() + " can't be used: " + refusal);
    }
  }

  private <T> T write(Supplier<T> action) {
    synchronized (writing) {
      checkUsable();
      try {
        return action.get();
      } catch (RuntimeException | Error e) {
        refusal = "it failed: " + e;
        throw e;
      }
    }
  }
}
