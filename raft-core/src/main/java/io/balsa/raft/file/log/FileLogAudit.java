package io.balsa.raft.file.log;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.InvariantViolation;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogAudit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;

/** A {@link FileLogStore}'s directory, looked at by the rules that its recovery goes by, and left as it is. */
public final class FileLogAudit implements LogAudit {
  private final StoreDirectory directory;
  private final ConcurrentNavigableMap<Long, Segment> segments;
  private final List<Finding> findings = new ArrayList<>();

  /** Where entries are in no segment, their terms aren't known either: such a group isn't here. */
  private final SortedMap<GroupId, GroupIndex> readable = new TreeMap<>();

  private FileLogAudit(StoreDirectory directory, ConcurrentNavigableMap<Long, Segment> segments) {
    this.directory = directory;
    this.segments = segments;
    Disk disk = directory.disk();
    TailMark.Point durable = TailMark.readIn(disk, directory.path(), directory.storeId());
    recover(LogRecovery.readingOnly(disk, segments, durable));
  }

  /** Whether the directory is one of this kind, or what is left of one. */
  public static boolean isLog(Path directory) {
    return isLog(Disk.ofSystem(), directory);
  }

  private static boolean isLog(Disk disk, Path directory) {
    try {
      return disk.exists(directory.resolve("store")) || StoreDirectory.hasSegments(disk, directory);
    } catch (IOException e) {
      throw new StorageException("can't read " + directory + ": " + e, e);
    }
  }

  /**
   * @throws StorageException if the directory isn't a log's, is of another version, or in use
   */
  public static FileLogAudit open(Path directory) {
    return open(Disk.ofSystem(), directory);
  }

  /** As {@link #open(Path)}, on a file system of the caller's. */
  static FileLogAudit open(Disk disk, Path directory) {
    if (!isLog(disk, directory)) {
      throw new StorageException(directory + " isn't the directory of a file log");
    }
    StoreDirectory opened = StoreDirectory.openExisting(disk, directory);
    try {
      ConcurrentNavigableMap<Long, Segment> segments = opened.openSegments();
      try {
        return new FileLogAudit(opened, segments);
      } catch (RuntimeException e) {
        segments.values().forEach(Segment::release);
        throw e;
      }
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private void recover(LogRecovery recovery) {
    try {
      recovery.recover();
    } catch (StorageException | InvariantViolation e) {
      findings.add(new Finding(true, String.valueOf(e.getMessage())));
    }
    recovery.notes().forEach(note -> findings.add(new Finding(false, note)));
    recovery
        .groups()
        .forEach(
            (group, index) -> {
              if (index.firstMissing() == 0) {
                readable.put(group, index);
              }
            });
  }

  @Override
  public List<Finding> findings() {
    return findings;
  }

  @Override
  public SortedMap<GroupId, RestoredState> groups() {
    SortedMap<GroupId, RestoredState> groups = new TreeMap<>();
    readable.forEach((group, index) -> groups.put(group, index.restored()));
    return groups;
  }

  @Override
  public List<Entry> read(GroupId group, long fromIndex, long toIndex, long bytesMax) {
    GroupIndex index = readable.get(group);
    if (index == null || fromIndex < index.firstIndex() || fromIndex > index.lastIndex()) {
      return List.of();
    }
    long countMax = Math.max(1, bytesMax / Entry.OVERHEAD_BYTES);
    long endIndex = Math.min(Math.min(toIndex, index.lastIndex() + 1), fromIndex + countMax);
    EntryReader reader = new EntryReader(group, fromIndex);
    reader.locate(index, endIndex, segments);
    try {
      return reader.read(bytesMax);
    } finally {
      reader.releaseSegments();
    }
  }

  @Override
  public void close() {
    segments.values().forEach(Segment::release);
    directory.close();
  }
}
