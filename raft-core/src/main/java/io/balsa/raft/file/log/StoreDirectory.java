package io.balsa.raft.file.log;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.file.disk.FormatFile;
import io.balsa.raft.model.StorageException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The directory of a log: whose it is, who uses it, and which segments it holds. */
final class StoreDirectory implements AutoCloseable {
  private static final Pattern SEGMENT_NAME = Pattern.compile("([0-9a-f]{16})\\.log");

  /** 2: a hard state also says what was forgotten; {@code store} has a checksum, a segment knows its head's end. */
  private static final FormatFile.Kind KIND = new FormatFile.Kind("balsa file log", 2);

  private final Disk disk;
  private final Path path;
  private final Closeable lock;
  private final FormatFile formatFile;

  private StoreDirectory(Disk disk, Path path, Closeable lock, FormatFile formatFile) {
    this.disk = disk;
    this.path = path;
    this.lock = lock;
    this.formatFile = formatFile;
  }

  /**
   * @throws StorageException if it is in use, or not a log's, or of another version; nothing was written then
   */
  static StoreDirectory open(Disk disk, Path path) {
    try {
      disk.createDirectories(path);
      Closeable lock =
          disk.lock(path.resolve("lock"))
              .orElseThrow(() -> new StorageException(path + " is in use by another store"));
      try {
        FormatFile formatFile =
            FormatFile.open(disk, path, KIND, !segmentNumbers(disk, path).isEmpty());
        return new StoreDirectory(disk, path, lock, formatFile);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StorageException("can't use " + path + " for a log: " + e, e);
    }
  }

  /**
   * As {@link #open}, of a log that was begun: nothing is written to it.
   *
   * @throws StorageException also for one whose creation was cut short, because opening it would go on with that
   */
  static StoreDirectory openExisting(Disk disk, Path path) {
    try {
      boolean begins =
          !disk.exists(path.resolve("store")) && disk.exists(path.resolve("store.new"));
      if (begins) {
        throw new StorageException(
            path + " is a log that was being made: nothing was ever written to it");
      }
    } catch (IOException e) {
      throw new StorageException("can't read " + path + ": " + e, e);
    }
    return open(disk, path);
  }

  Disk disk() {
    return disk;
  }

  long storeId() {
    return formatFile.id();
  }

  /** Whether nothing was ever written: the first segment is still to be made. */
  boolean isNew() {
    return formatFile.isNew();
  }

  /** The first segment is there, for good. */
  void created() {
    try {
      formatFile.created();
    } catch (IOException e) {
      throw new StorageException("can't finish the new log in " + path + ": " + e, e);
    }
  }

  Path path() {
    return path;
  }

  /** Those of a log that isn't new: what a creation that was cut short left is replaced (row L). */
  ConcurrentNavigableMap<Long, Segment> openSegments() {
    ConcurrentNavigableMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    if (isNew()) {
      return segments;
    }
    try {
      for (long number : segmentNumbers(disk, path)) {
        segments.put(number, Segment.open(disk, Segment.pathOf(path, number), storeId(), number));
      }
      return segments;
    } catch (IOException e) {
      segments.values().forEach(Segment::release);
      throw new StorageException("can't read " + path + ": " + e, e);
    } catch (StorageException e) {
      segments.values().forEach(Segment::release);
      throw e;
    }
  }

  private static List<Long> segmentNumbers(Disk disk, Path path) throws IOException {
    return disk.list(path).stream()
        .map(SEGMENT_NAME::matcher)
        .filter(Matcher::matches)
        .map(name -> Long.parseUnsignedLong(name.group(1), 16))
        .sorted()
        .toList();
  }

  /** Whether there are any, whatever else there is. Writes nothing. */
  static boolean hasSegments(Disk disk, Path path) throws IOException {
    return disk.exists(path) && !segmentNumbers(disk, path).isEmpty();
  }

  /** Gives a file its name for good. */
  void rename(Path from, Path to) {
    try {
      disk.rename(from, to);
      disk.force(path);
    } catch (IOException e) {
      throw new StorageException("can't rename " + from + " to " + to + ": " + e, e);
    }
  }

  /** Makes names durable, given and taken away. */
  void sync() {
    try {
      disk.force(path);
    } catch (IOException e) {
      throw new StorageException("can't flush " + path + ": " + e, e);
    }
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new StorageException("can't unlock " + path + ": " + e, e);
    }
  }
}
