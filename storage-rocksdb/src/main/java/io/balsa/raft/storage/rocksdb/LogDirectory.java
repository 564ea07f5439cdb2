package io.balsa.raft.storage.rocksdb;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The directory around the database: says whether a database may be created in it, and whether this
 * program may open the one that is there, before RocksDB writes a byte. One thread.
 */
final class LogDirectory {
  /*
   * RocksDB would create an empty database in place of one whose files are gone, and the node would
   * forget its votes. So a file of our own tells a new directory from a plundered one:
   *
   *   found                          means                            done
   *   nothing, or no directory       new                              FORMAT.new is written, then
   *                                                                   the database created
   *   FORMAT.new, no FORMAT          a creation that was cut short:   the creation goes on
   *                                  nothing was ever stored
   *   FORMAT                         ours                             the database must be there
   *   either, of another version     another program's                refused
   *   anything else                  not ours, or FORMAT was lost     refused
   *
   * FORMAT.new is renamed to FORMAT when the new database is durable. Two processes that create at
   * once both write the same FORMAT.new; RocksDB's own lock lets only one of them go on.
   */
  /** 2: a hard state also says what was forgotten. */
  static final int VERSION = 2;

  private static final Pattern FORMAT_TEXT =
      Pattern.compile("balsa rocksdb log, format (\\d{1,9})\n");
  private static final int FORMAT_BYTES_MAX = 100;
  private static final String UNTOUCHED = "Nothing was written";

  /**
   * What an empty directory may hold: what the root of a file system does, and a FORMAT.new that a
   * crash tore.
   */
  private static final Set<String> HARMLESS = Set.of("lost+found", "FORMAT.new");

  private final Path directory;
  private final Path format;
  private final Path formatNew;

  LogDirectory(Path directory) {
    this.directory = directory;
    this.format = directory.resolve("FORMAT");
    this.formatNew = directory.resolve("FORMAT.new");
  }

  /**
   * Whether the database has yet to be created, after everything that the table says was checked
   * and done.
   *
   * @throws StorageException if the directory is refused; nothing was written then
   */
  boolean prepare() {
    try {
      if (Files.exists(format)) {
        OptionalInt version = versionIn(format);
        if (version.isEmpty()) {
          throw new DamageException(format + " is damaged: it names no format. " + UNTOUCHED);
        }
        checkVersion(format, version.getAsInt());
        return false;
      }
      if (Files.exists(formatNew) && versionIn(formatNew).isPresent()) {
        checkVersion(formatNew, versionIn(formatNew).getAsInt());
        return true;
      }
      checkEmpty();
      begin();
      return true;
    } catch (IOException e) {
      throw new StorageException("can't use " + directory + " for a log: " + e, e);
    }
  }

  /** The database was created and is durable: from now on it must be there. */
  void created() {
    try {
      Files.move(formatNew, format, StandardCopyOption.ATOMIC_MOVE);
      Disk.ofSystem().force(directory);
    } catch (IOException e) {
      throw new StorageException("can't finish the new log in " + directory + ": " + e, e);
    }
  }

  private void begin() throws IOException {
    // With its parents' names: a log that is lost with its directory looks like a new one.
    Disk.ofSystem().createDirectories(directory);
    Files.writeString(
        formatNew,
        "balsa rocksdb log, format " + VERSION + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.SYNC);
    Disk.ofSystem().force(directory);
  }

  private void checkEmpty() throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> found = Files.list(directory)) {
      Optional<String> other =
          found
              .map(path -> path.getFileName().toString())
              .filter(name -> !HARMLESS.contains(name))
              .findAny();
      if (other.isPresent()) {
        throw new DamageException(
            directory
                + " holds files ("
                + other.get()
                + ") but no log: its FORMAT file is missing. "
                + UNTOUCHED);
      }
    }
  }

  private static void checkVersion(Path file, int version) {
    if (version != VERSION) {
      throw new StorageException(
          file
              + " names format "
              + version
              + ", of "
              + (version < VERSION ? "an older" : "a newer")
              + " version; this program reads format "
              + VERSION
              + ". "
              + UNTOUCHED);
    }
  }

  private static OptionalInt versionIn(Path file) throws IOException {
    if (Files.size(file) > FORMAT_BYTES_MAX) {
      return OptionalInt.empty();
    }
    Matcher text = FORMAT_TEXT.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    return text.matches() ? OptionalInt.of(Integer.parseInt(text.group(1))) : OptionalInt.empty();
  }
}
