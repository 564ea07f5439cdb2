package io.balsa.raft.storage.rocksdb;

import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds what RocksDB must not be asked to read: in 11.8 it never comes back from a broken record of a type that isn't written here, be it
 * in its write-ahead log or in its list of files. One flipped bit makes such a type; what a crash tears doesn't look so. Stateless.
 */
final class UnreadableRecords {
  private static final int NAME_BYTES_MAX = 100;

  private UnreadableRecords() {}

  /**
   * @throws StorageException if there is one; it names file and offset
   */
  static void refuse(Path directory) {
    try {
      List<Path> files = new ArrayList<>(WalTail.walFiles(directory));
      manifest(directory).ifPresent(files::add);
      for (Path path : files) {
        RecordFile file = new RecordFile(path);
        Optional<Integer> broken = file.firstBroken();
        if (broken.isPresent() && !file.mayBeTorn(broken.get())) {
          throw file.damaged(broken.get(), "and of no type that is written here");
        }
      }
    } catch (IOException e) {
      throw new StorageException("can't read the log in " + directory + ": " + e, e);
    }
  }

  /** The list of files that counts; empty where RocksDB will say what is wrong. */
  private static Optional<Path> manifest(Path directory) throws IOException {
    Path current = directory.resolve("CURRENT");
    if (Files.notExists(current) || Files.size(current) > NAME_BYTES_MAX) {
      return Optional.empty();
    }
    String name = Files.readString(current, StandardCharsets.ISO_8859_1).strip();
    return name.matches("MANIFEST-\\d+")
        ? Optional.of(directory.resolve(name)).filter(Files::exists)
        : Optional.empty();
  }
}
