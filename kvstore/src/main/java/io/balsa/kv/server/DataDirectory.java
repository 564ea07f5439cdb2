package io.balsa.kv.server;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.model.DamageException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member's directory: its own alone while it runs. Opened and closed by the thread that runs the server.
 *
 * <pre>
 * identity     whose data this is: written once, and when a new cluster is forced
 * removed      only there when the member was removed from its cluster
 * lock         held by the running process
 * log/         the Raft log
 * state/       the key-value state
 * snapshots/   snapshots received from a leader
 * damaged, repair, repairs, log.damaged-N   of a member that repaired itself (RepairNotes, SelfRepair)
 * </pre>
 */
final class DataDirectory implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DataDirectory.class);

  private static final String IDENTITY = "identity";
  private static final String LOCK = "lock";
  private static final String REMOVED = "removed";

  private final Path dir;
  private final Closeable lock;
  private Identity identity;

  private DataDirectory(Path dir, Closeable lock, Identity identity) {
    this.dir = dir;
    this.lock = lock;
    this.identity = identity;
  }

  /**
   * Takes possession, in this order: look, refuse what can be refused; lock; look again at what only the lock makes sure;
   * write. Whatever is refused has been left as it was.
   *
   * @throws StartupException if the directory is unusable, in use, or somebody else's
   */
  static DataDirectory open(Path dir, Identity self) {
    try {
      boolean isNew = refuseForeign(dir, self);
      if (isNew) {
        createForOwnerOnly(dir);
      }
      Closeable lock = lock(dir);
      try {
        Optional<Identity> found = verifyIdentity(dir, self);
        if (found.isEmpty()) {
          writeIdentity(dir, self);
        }
        return new DataDirectory(dir, lock, found.orElse(self));
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StartupException("can't use the data directory " + dir + ": " + describe(e), e);
    }
  }

  /** Whatever the umask: what is in there is for this member alone. Its parents aren't ours to judge. */
  private static void createForOwnerOnly(Path dir) throws IOException {
    Path parent = dir.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    if (dir.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectory(
          dir, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectory(dir);
    }
  }

  /** Whether a member has started in this directory before. */
  static boolean isSomebodys(Path dir) {
    return Files.exists(dir.resolve(IDENTITY));
  }

  /**
   * Whose directory it is; nobody's if no member has started in it yet. Writes nothing.
   *
   * @throws StartupException if that can't be read
   * @throws RemovedException if its member was removed from the cluster
   */
  static Optional<Identity> ownerOf(Path dir) {
    try {
      if (Files.exists(dir.resolve(REMOVED))) {
        throw new RemovedException(dir);
      }
      return readIdentity(dir);
    } catch (IOException e) {
      throw new StartupException("can't use the data directory " + dir + ": " + describe(e), e);
    }
  }

  /** Notes durably that the member was removed: nobody starts in this directory any more. */
  void markRemoved() {
    try (FileChannel file =
        FileChannel.open(
            dir.resolve(REMOVED), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.force(true);
      Disk.ofSystem().force(dir);
    } catch (IOException e) {
      // It is refused by its peers at the next start, too.
      log.warn("can't note in {} that its member was removed", dir, e);
    }
  }

  /** Whether there is no directory yet. */
  private static boolean refuseForeign(Path dir, Identity self) throws IOException {
    if (Files.notExists(dir)) {
      return true;
    }
    if (!Files.isDirectory(dir)) {
      throw new StartupException("the data directory " + dir + " is not a directory");
    }
    if (!Files.isWritable(dir) || !Files.isReadable(dir)) {
      throw new StartupException("the data directory " + dir + " may not be read and written");
    }
    if (verifyIdentity(dir, self).isEmpty()) {
      refuseStrangeFiles(dir);
    }
    return false;
  }

  /** A directory without an identity holds nothing, or what is left of a start that didn't come to writing it. */
  private static void refuseStrangeFiles(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      Optional<String> stranger =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.equals(LOCK) && !name.equals(IDENTITY + ".tmp"))
              .filter(name -> !name.equals("lost+found"))
              .findFirst();
      if (stranger.isPresent()) {
        throw new StartupException(
            "the data directory "
                + dir
                + " isn't empty and isn't Balsa's: it holds '"
                + stranger.get()
                + "' but no identity file");
      }
    }
  }

  private static Closeable lock(Path dir) throws IOException {
    return Disk.ofSystem()
        .lock(dir.resolve(LOCK))
        .orElseThrow(
            () ->
                new StartupException(
                    "the data directory " + dir + " is in use by another process"));
  }

  private static Optional<Identity> readIdentity(Path dir) throws IOException {
    Path file = dir.resolve(IDENTITY);
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Identity.decode(Files.readAllBytes(file)));
    } catch (IllegalArgumentException e) {
      throw new StartupException("the file " + file + " " + e.getMessage(), e);
    }
  }

  private static Optional<Identity> verifyIdentity(Path dir, Identity self) throws IOException {
    Optional<Identity> owner = readIdentity(dir);
    if (owner.isEmpty()) {
      return Optional.empty();
    }
    Identity found = owner.get();
    if (found.clusterId() != self.clusterId()) {
      throw new StartupException(
          "the data directory "
              + dir
              + " belongs to another cluster: "
              + Long.toHexString(found.clusterId())
              + ", not "
              + Long.toHexString(self.clusterId()));
    }
    if (!found.member().equals(self.member())) {
      throw new StartupException(
          "the data directory "
              + dir
              + " belongs to another member: "
              + found.member()
              + " ("
              + found.name()
              + "), not "
              + self.member());
    }
    return owner;
  }

  /** All or nothing, and durable: a rename without the directory's own flush may be lost with the power. */
  private static void writeIdentity(Path dir, Identity self) throws IOException {
    Path unfinished = dir.resolve(IDENTITY + ".tmp");
    try (FileChannel file =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(self.encode());
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(true);
    }
    Files.move(
        unfinished,
        dir.resolve(IDENTITY),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    Disk.ofSystem().force(dir);
    Path parent = dir.toAbsolutePath().getParent();
    if (parent != null) {
      Disk.ofSystem().force(parent);
    }
  }

  private static String describe(IOException e) {
    return e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  /** Whose it is. */
  Identity identity() {
    return identity;
  }

  /** Makes it another's, durably on return. */
  void become(Identity changed) {
    try {
      writeIdentity(dir, changed);
      identity = changed;
    } catch (IOException e) {
      throw new StartupException("can't write the identity in " + dir + ": " + describe(e), e);
    }
  }

  /** Notes durably that what is in here is damaged: the next start repairs it. */
  void noteDamage(DamageException damage) {
    new RepairNotes(dir).noteDamage(String.valueOf(damage.getMessage()));
  }

  Path path() {
    return dir;
  }

  Path log() {
    return dir.resolve("log");
  }

  Path state() {
    return dir.resolve("state");
  }

  Path snapshots() {
    return dir.resolve("snapshots");
  }

  /** Lets others have the directory. Idempotent. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("can't unlock " + dir, e);
    }
  }
}
