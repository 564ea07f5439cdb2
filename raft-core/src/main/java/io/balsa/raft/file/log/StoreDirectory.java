package io.balsa.raft.file.log;

import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The directory of a log: whose it is, who uses it, and which segments it holds. */
final class StoreDirectory implements AutoCloseable {
  private static final Pattern STORE_TEXT =
      Pattern.compile("balsa file log, format (\\d{1,9}), id ([0-9a-f]{16})\n");
  private static final Pattern SEGMENT_NAME = Pattern.compile("([0-9a-f]{16})\\.log");
  private static final int FORMAT = 1;

  private final Path path;
  private final FileChannel lock;
  private final long storeId;

  private StoreDirectory(Path path, FileChannel lock, long storeId) {
    this.path = path;
    this.lock = lock;
    this.storeId = storeId;
  }

  /**
   * @throws StorageException if it is in use, or not a log's, or of another version; nothing was written then
   */
  static StoreDirectory open(Path path) {
    try {
      if (!Files.isDirectory(path)) {
        Files.createDirectories(path);
        sync(path.toAbsolutePath().resolve(".."));
      }
      FileChannel lock = lock(path);
      try {
        return new StoreDirectory(path, lock, identify(path));
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StorageException("can't use " + path + " for a log: " + e, e);
    }
  }

  private static FileChannel lock(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(path.resolve("lock"), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw new StorageException(path + " is in use by this process already", e);
    }
    if (lock == null) {
      channel.close();
      throw new StorageException(path + " is in use by another process");
    }
    return channel;
  }

  private static long identify(Path path) throws IOException {
    Path store = path.resolve("store");
    if (!Files.exists(store)) {
      if (!segmentNames(path).isEmpty()) {
        throw new StorageException(
            path + " holds a log's segments, but its file 'store' is missing");
      }
      return create(path, store);
    }
    Matcher text = STORE_TEXT.matcher(Files.readString(store, StandardCharsets.ISO_8859_1));
    if (!text.matches()) {
      throw new StorageException(store + " is damaged");
    }
    if (Integer.parseInt(text.group(1)) != FORMAT) {
      throw new StorageException(
          store + " names format " + text.group(1) + "; this program reads format " + FORMAT);
    }
    return Long.parseUnsignedLong(text.group(2), 16);
  }

  private static long create(Path directory, Path store) throws IOException {
    long id = new SecureRandom().nextLong();
    Path fresh = directory.resolve("store.tmp");
    Files.writeString(
        fresh,
        String.format("balsa file log, format %d, id %016x\n", FORMAT, id),
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.SYNC);
    Files.move(fresh, store, StandardCopyOption.ATOMIC_MOVE);
    sync(directory);
    return id;
  }

  long storeId() {
    return storeId;
  }

  Path path() {
    return path;
  }

  ConcurrentNavigableMap<Long, Segment> openSegments() {
    ConcurrentNavigableMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    try {
      for (long number : segmentNames(path)) {
        segments.put(number, Segment.open(Segment.pathOf(path, number), storeId, number));
      }
    } catch (IOException e) {
      throw new StorageException("can't read " + path + ": " + e, e);
    }
    return segments;
  }

  private static List<Long> segmentNames(Path path) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files
          .map(file -> SEGMENT_NAME.matcher(file.getFileName().toString()))
          .filter(Matcher::matches)
          .map(name -> Long.parseUnsignedLong(name.group(1), 16))
          .sorted()
          .toList();
    }
  }

  /** Gives a file its name for good. */
  void rename(Path from, Path to) {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      sync(path);
    } catch (IOException e) {
      throw new StorageException("can't rename " + from + " to " + to + ": " + e, e);
    }
  }

  /** Makes deletions durable. */
  void sync() {
    try {
      sync(path);
    } catch (IOException e) {
      throw new StorageException("can't flush " + path + ": " + e, e);
    }
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
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
