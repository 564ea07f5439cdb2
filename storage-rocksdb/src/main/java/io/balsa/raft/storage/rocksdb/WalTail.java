package io.balsa.raft.storage.rocksdb;

import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Looks at the write-ahead log that RocksDB wouldn't replay whole, and says whether its end is a
 * write that a crash tore, which may be cut, or damage, which may not. Reads only. One thread,
 * before the database is opened.
 */
final class WalTail {
  /*
   * A WAL file is a row of blocks of 32 KiB; a record lies within one block; a larger write is
   * several records.
   *
   *   0            4         6       7
   *   +------------+---------+-------+------------------+
   *   | checksum 4 | size  2 | type 1| payload          |     little-endian; the checksum covers type and payload
   *   +------------+---------+-------+------------------+
   *
   * A torn write is the last thing in the newest file: the record that ends too early, and nothing
   * but its own bytes (or zeros) after it. A record whose size was damaged looks the same to
   * RocksDB, which would drop it and all that follow it in the block without a word. But then a
   * whole record, with a right checksum, begins somewhere after it. So: search for one. What
   * remains is a last record that ends too early although it had been whole: nothing in the file
   * tells that from a torn write; the mark beside the database does (WriteMark).
   *
   * The format is described in RocksDB's wiki ("Write Ahead Log File Format"). Types 1 to 4 are
   * those that are written while files aren't recycled and not compressed; both are switched off in
   * Database.
   */
  private static final int BLOCK_BYTES = 32 * 1024;
  private static final int HEADER_BYTES = 7;
  private static final int CRC_MASK_DELTA = 0xa282ead8;
  private static final int TYPE_MAX = 4;

  private final Path file;
  private final ByteBuffer wal;

  private WalTail(Path file) throws IOException {
    this.file = file;
    this.wal = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }

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
        WalTail tail = new WalTail(files.get(i));
        Optional<Integer> torn = tail.firstBroken();
        if (torn.isPresent()) {
          tail.requireTorn(torn.get(), i == files.size() - 1);
          cut = (tail.wal.limit() - torn.get()) + " bytes of " + tail.file.getFileName();
        }
      }
      return cut;
    } catch (IOException e) {
      throw new StorageException("can't read the write-ahead log in " + directory + ": " + e, e);
    }
  }

  private static List<Path> walFiles(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.log")) {
      found.forEach(files::add);
    }
    files.sort(Comparator.comparing(path -> path.getFileName().toString()));
    return files;
  }

  /** Where the first record begins that isn't whole; empty if all are. */
  private Optional<Integer> firstBroken() {
    int at = 0;
    while (at < wal.limit()) {
      int left = Math.min(wal.limit(), blockEnd(at)) - at;
      if (left < HEADER_BYTES && at + left == blockEnd(at)) {
        at += left; // The padding at the end of a block.
      } else if (isWhole(at)) {
        at += HEADER_BYTES + size(at);
      } else {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }

  private void requireTorn(int broken, boolean newestFile) {
    if (!newestFile) {
      throw damaged(broken, "and a newer file follows");
    }
    for (int at = broken + 1; at < wal.limit(); at++) {
      if (isWhole(at)) {
        throw damaged(broken, "and a whole record follows at offset " + at);
      }
    }
  }

  private boolean isWhole(int at) {
    int end = Math.min(wal.limit(), blockEnd(at));
    if (at + HEADER_BYTES > end || at + HEADER_BYTES + size(at) > end) {
      return false;
    }
    int type = wal.get(at + 6);
    if (type < 1 || type > TYPE_MAX) {
      return false;
    }
    CRC32C crc = new CRC32C();
    crc.update(wal.array(), at + 6, 1 + size(at));
    int value = (int) crc.getValue();
    return wal.getInt(at) == ((value >>> 15) | (value << 17)) + CRC_MASK_DELTA;
  }

  private int size(int at) {
    return Short.toUnsignedInt(wal.getShort(at + 4));
  }

  private static int blockEnd(int at) {
    return (at / BLOCK_BYTES + 1) * BLOCK_BYTES;
  }

  private StorageException damaged(int broken, String why) {
    return new StorageException(
        file + " is damaged: the record at offset " + broken + " is broken, " + why);
  }
}
