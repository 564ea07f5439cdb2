package io.balsa.kv.backup;

import io.balsa.kv.backup.SnapshotArchive.Item;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds out what is wrong with a snapshot whose hash doesn't match, and where. Stateless. */
final class SnapshotDamage {
  /** etcd's own snapshots are its database, bbolt; this stands at offset 16 of it. */
  private static final int BBOLT_MAGIC = 0xED0CDAED;

  private static final String ADVICE = ": save another one, or use another copy";

  private SnapshotDamage() {}

  /** For a file that is no archive and a hash by its length alone. */
  static SnapshotException ofLength(Path file, FileChannel channel) throws IOException {
    Optional<SnapshotException> etcds = ofEtcd(file, channel);
    return etcds.isPresent()
        ? etcds.get()
        : new SnapshotException(
            file,
            "is cut off at offset "
                + channel.size()
                + ", or isn't a snapshot: one has a multiple of "
                + TarHeader.BLOCK_BYTES
                + " bytes, and "
                + SnapshotArchive.HASH_BYTES
                + " for its hash"
                + ADVICE);
  }

  private static Optional<SnapshotException> ofEtcd(Path file, FileChannel channel)
      throws IOException {
    if (channel.size() < 20) {
      return Optional.empty();
    }
    int magic = ByteBuffer.wrap(SnapshotArchive.read(channel, 16, Integer.BYTES)).getInt();
    return magic == BBOLT_MAGIC || magic == Integer.reverseBytes(BBOLT_MAGIC)
        ? Optional.of(
            new SnapshotException(
                file,
                "is etcd's, which only etcd can restore: start an etcd from it and copy its keys, with 'etcdctl"
                    + " make-mirror'"))
        : Optional.empty();
  }

  static SnapshotException find(Path file, FileChannel channel, long archiveBytes)
      throws IOException {
    Optional<SnapshotException> etcds = ofEtcd(file, channel);
    if (etcds.isPresent()) {
      return etcds.get();
    }
    TarWalk walk = new TarWalk(channel, archiveBytes);
    List<Item> items = new ArrayList<>();
    try {
      for (Item item = walk.next(); item != TarWalk.END; item = walk.next()) {
        items.add(item);
      }
    } catch (IllegalArgumentException e) {
      return new SnapshotException(
          file,
          "is damaged or cut off at offset " + walk.offset() + ": " + e.getMessage() + ADVICE);
    }
    return items.stream()
        .filter(item -> item.name().equals(SnapshotFile.CHECKSUMS))
        .findFirst()
        .map(sums -> compare(file, channel, items, sums))
        .orElseGet(() -> new SnapshotException(file, "is damaged somewhere" + ADVICE));
  }

  private static SnapshotException compare(
      Path file, FileChannel channel, List<Item> items, Item sums) {
    try {
      long summed = sums.offset() - TarHeader.BLOCK_BYTES;
      if (sums.bytes() != BlockChecksums.bytesFor(summed) || sums.bytes() > Integer.MAX_VALUE) {
        return new SnapshotException(
            file,
            "is damaged at offset " + summed + ": the size of its checksums is wrong" + ADVICE);
      }
      ByteBuffer expected =
          ByteBuffer.wrap(SnapshotArchive.read(channel, sums.offset(), (int) sums.bytes()));
      for (long at = 0; at < summed; at += BlockChecksums.BLOCK_BYTES) {
        int bytes = (int) Math.min(BlockChecksums.BLOCK_BYTES, summed - at);
        BlockChecksums found = new BlockChecksums();
        found.update(SnapshotArchive.read(channel, at, bytes), 0, bytes);
        if (ByteBuffer.wrap(found.finish()).getInt() != expected.getInt()) {
          return between(file, items, at, at + bytes);
        }
      }
      return new SnapshotException(
          file,
          "is damaged behind offset "
              + summed
              + ", in its checksums or in the hash at its end; the rest is whole"
              + ADVICE);
    } catch (IOException e) {
      return new SnapshotException(file, "can't be read: " + e.getMessage());
    }
  }

  private static SnapshotException between(Path file, List<Item> items, long from, long to) {
    List<String> names =
        items.stream()
            .filter(item -> item.offset() < to && item.offset() + item.bytes() > from)
            .map(Item::name)
            .toList();
    return new SnapshotException(
        file,
        "is damaged between the offsets "
            + from
            + " and "
            + to
            + (names.isEmpty() ? "" : " (" + String.join(", ", names) + ")")
            + ADVICE);
  }
}
