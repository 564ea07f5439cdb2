package io.balsa.kv.state.store;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.StorageException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The directory of a store on disk: which of its databases counts, and what is left over. Not thread-safe. */
final class StoreDirectory implements AutoCloseable {
  /*
   *   dir/LOCK         held while the store is open
   *   dir/ACTIVE       one line, the name of the database that counts, and its checksum unless a hand wrote it
   *   dir/db-7/        that database
   *   dir/db-8/        one that arrives with a snapshot, until ACTIVE names it
   *   dir/capture-3/   hard links to the files of a capture that is being sent
   *
   * ACTIVE is the only truth, and it is replaced by an atomic rename. A crash while db-8 is written, verified, opened or
   * flushed leaves ACTIVE at db-7: the old rows count and db-8 is swept at the next start. The rename comes after every
   * byte of db-8 and its directory entries were forced to disk, so once ACTIVE names db-8 it is whole; a crash after it
   * leaves db-7 to be swept. There is no moment at which neither counts, and none at which both do.
   *
   * ACTIVE is written before the first database is created. So a directory with databases and no ACTIVE isn't the trace of
   * a crash but of a hand or a broken disk, and it is refused instead of swept. NEW stands beside ACTIVE from before it is
   * first written until the first database is whole: only then may a database that ACTIVE names be missing. Otherwise its
   * absence is a loss, and an empty one in its place would have forgotten what was acknowledged.
   */
  private static final String ACTIVE = "ACTIVE";
  private static final String NEW = "NEW";
  private static final String ACTIVE_DRAFT = "ACTIVE.draft";
  private static final Pattern DATABASE =
      Pattern.compile("(db-([1-9][0-9]{0,17}))(?: ([0-9a-f]{8}))?\n?");
  private static final Pattern LEFTOVER = Pattern.compile("(db|capture)-[0-9]+");

  private final Path dir;
  private final Closeable lock;
  private long activeNumber;
  private long captures;

  private StoreDirectory(Path dir, Closeable lock) {
    this.dir = dir;
    this.lock = lock;
  }

  static StoreDirectory open(Path dir) {
    try {
      Disk.ofSystem().createDirectories(dir);
      StoreDirectory opened = new StoreDirectory(dir, lock(dir.resolve("LOCK")));
      try {
        opened.recover();
        return opened;
      } catch (IOException | RuntimeException e) {
        opened.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StorageException("can't open the store in " + dir, e);
    }
  }

  static boolean isIn(Path dir) {
    return Files.exists(dir.resolve(ACTIVE));
  }

  private static Closeable lock(Path file) throws IOException {
    return Disk.ofSystem()
        .lock(file)
        .orElseThrow(() -> new StorageException(file + " is held: the store is open already"));
  }

  private void recover() throws IOException {
    String name = readActive();
    if (name == null) {
      if (!leftovers().isEmpty()) {
        throw new DamageException(dir + " holds databases, but no " + ACTIVE + " that names one");
      }
      Files.write(newMark(), new byte[0]);
      FileTree.forceOne(newMark());
      FileTree.forceOne(dir);
      activate(1);
    } else {
      activeNumber = numberOf(name);
      if (!isNew() && !Files.isDirectory(active())) { // before anything else is swept
        throw new DamageException(
            dir.resolve(ACTIVE) + " names " + active() + ", which is missing. Nothing was removed");
      }
    }
    sweep();
  }

  private Path newMark() {
    return dir.resolve(NEW);
  }

  /** Whether the active database may still have to be created. */
  boolean isNew() {
    return Files.exists(newMark());
  }

  /** The active database is there: from now on it must be. */
  void created() {
    try {
      if (isNew()) {
        FileTree.forceOne(active());
        FileTree.forceOne(dir);
        Files.delete(newMark());
        FileTree.forceOne(dir);
      }
    } catch (IOException e) {
      throw new StorageException("can't settle the new store in " + dir, e);
    }
  }

  private @Nullable String readActive() throws IOException {
    try {
      return Files.readString(dir.resolve(ACTIVE), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private long numberOf(String name) {
    var matcher = DATABASE.matcher(name);
    boolean whole =
        matcher.matches()
            && (matcher.group(3) == null || matcher.group(3).equals(checksum(matcher.group(1))));
    if (!whole) {
      throw new DamageException(dir.resolve(ACTIVE) + " is damaged: it names no database");
    }
    return Long.parseLong(matcher.group(2));
  }

  private static String checksum(String name) {
    CRC32C crc = new CRC32C();
    crc.update(name.getBytes(StandardCharsets.ISO_8859_1));
    return String.format("%08x", crc.getValue());
  }

  private List<Path> leftovers() throws IOException {
    try (Stream<Path> entries = Files.list(dir)) {
      return entries
          .filter(path -> LEFTOVER.matcher(path.getFileName().toString()).matches())
          .filter(path -> !path.equals(database(activeNumber)))
          .toList();
    }
  }

  private void sweep() throws IOException {
    Files.deleteIfExists(dir.resolve(ACTIVE_DRAFT));
    for (Path leftover : leftovers()) {
      FileTree.delete(leftover);
    }
  }

  private Path database(long number) {
    return dir.resolve("db-" + number);
  }

  /** The database that counts. */
  Path active() {
    return database(activeNumber);
  }

  /** An empty directory for the database after the active one. */
  Path prepareNext() throws IOException {
    Path next = database(activeNumber + 1);
    FileTree.delete(next);
    Files.createDirectory(next);
    return next;
  }

  /** Makes the database of {@link #prepareNext} the one that counts; durable on return. */
  void activateNext() throws IOException {
    FileTree.forceOne(database(activeNumber + 1));
    activate(activeNumber + 1);
  }

  private void activate(long number) throws IOException {
    Path draft = dir.resolve(ACTIVE_DRAFT);
    String name = "db-" + number;
    Files.writeString(draft, name + " " + checksum(name) + "\n");
    FileTree.forceOne(draft);
    Files.move(draft, dir.resolve(ACTIVE), StandardCopyOption.ATOMIC_MOVE);
    activeNumber = number;
    try {
      FileTree.forceOne(dir);
    } catch (IOException e) {
      // It may count or not after a crash: nothing may be built on either.
      throw new StorageException("can't make sure which database counts in " + dir, e);
    }
  }

  /** A name for a capture's directory that doesn't exist yet. */
  Path nextCapture() {
    captures++;
    return dir.resolve("capture-" + captures);
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new StorageException("can't release the lock of " + dir, e);
    }
  }
}
