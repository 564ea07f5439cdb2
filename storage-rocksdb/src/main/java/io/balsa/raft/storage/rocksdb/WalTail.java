package io.balsa.raft.storage.rocksdb;

import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Looks at the write-ahead log that RocksDB wouldn't replay whole, and says whether its end is a
 * write that a crash tore, which may be cut, or damage, which may not. Reads only. One thread,
 * before the database is opened.
 */
final class WalTail {
  /*
   * A torn write is the last thing in the newest file: the record that ends too early, and nothing
   * but its own bytes (or zeros) after it. A record whose size was damaged looks the same to
   * RocksDB, which would drop it and all that follow it in the block without a word. But then a
   * whole record, with a right checksum, begins somewhere after it. So: search for one. What
   * remains is a last record that ends too early although it had been whole: nothing in the file
   * tells that from a torn write; the mark beside the database does (WriteMark).
   */
  private WalTail() {}

  /**
   * What would be cut.
   *
   * @throws StorageException if that isn't a torn write
   */
  static String check(Path directory) {
    try {
      List<Path> files = walFiles(directory);
      String cut = "nothing";
      for (int i = 0; i < files.size(); i++) {
        RecordFile wal = new RecordFile(files.get(i));
        Optional<Integer> torn = wal.firstBroken();
        if (torn.isPresent()) {
          requireTorn(wal, torn.get(), i == files.size() - 1);
          cut = (wal.size() - torn.get()) + " bytes of " + wal.name();
        }
      }
      return cut;
    } catch (IOException e) {
      throw new StorageException("can't read the write-ahead log in " + directory + ": " + e, e);
    }
  }

  static List<Path> walFiles(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.log")) {
      found.forEach(files::add);
    }
    files.sort(Comparator.comparing(path -> path.getFileName().toString()));
    return files;
  }

  private static void requireTorn(RecordFile wal, int broken, boolean newestFile) {
    if (!newestFile) {
      throw wal.damaged(broken, "and a newer file follows");
    }
    for (int at = broken + 1; at < wal.size(); at++) {
      if (wal.isWhole(at)) {
        throw wal.damaged(broken, "and a whole record follows at offset " + at);
      }
    }
  }
}
