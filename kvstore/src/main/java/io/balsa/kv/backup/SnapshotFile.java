package io.balsa.kv.backup;

import io.balsa.kv.state.store.Backup;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A backup as one file of known length, made while it is read, in bounded memory. One thread at a time.
 */
public final class SnapshotFile implements AutoCloseable {
  /*
   * A tar archive, so that it can be looked into with what every machine has, and so that its length is a multiple of 512
   * bytes, as etcd's clients want it:
   *
   *   +----------------+------+---------+--------+---------+--------+-----+-----------+------+-----+   +--------------+
   *   | header         | text | padding | header | a file  | padding| ... | header    | sums | two |   | SHA-256 (32) |
   *   | BALSA-SNAPSHOT |      |  to 512 | db/... | of db   |  to 512|     | CHECKSUMS |      | zero|   | of all this  |
   *   +----------------+------+---------+--------+---------+--------+-----+-----------+------+-----+   +--------------+
   *
   * The text says which format this is and where it comes from, a line "name=value" each; it is the first file, so that a
   * reader can refuse early. The sums (BlockChecksums) are of every byte before the header of their own file; the hash says
   * that a snapshot is damaged, they say where. The hash isn't ours to write: it goes over the wire as a message of its own, and clients append
   * it to the file. tar ignores what follows the zero blocks.
   */
  static final String ABOUT = "BALSA-SNAPSHOT";
  static final String DIRECTORY = "db/";
  static final String CHECKSUMS = "BALSA-CHECKSUMS";
  private static final byte[] END = new byte[2 * TarHeader.BLOCK_BYTES];

  private final Backup backup;
  private final List<Backup.Part> parts = new ArrayList<>();

  /**
   * @param origin where the snapshot comes from
   * @param backup belongs to this from now on
   */
  public SnapshotFile(Origin origin, Backup backup) {
    this.backup = backup;
    byte[] about = origin.text().getBytes(StandardCharsets.UTF_8);
    parts.add(new Backup.Part(ABOUT, about.length, () -> new ByteArrayInputStream(about)));
    for (Backup.Part part : backup.parts()) {
      parts.add(new Backup.Part(DIRECTORY + part.name(), part.bytes(), part.content()));
    }
  }

  /**
   * Where a snapshot comes from.
   *
   * @param version of the server that wrote it
   */
  public record Origin(long clusterId, long memberId, String version) {
    String text() {
      return "format=1\n"
          + ("cluster-id=" + Long.toHexString(clusterId) + "\n")
          + ("member-id=" + Long.toHexString(memberId) + "\n")
          + ("version=" + version + "\n");
    }

    /**
     * @throws IllegalArgumentException for a text of another format, or none; the message says what is wrong
     */
    static Origin parse(String text) {
      Map<String, String> values = new HashMap<>();
      for (String line : text.lines().toList()) {
        int equals = line.indexOf('=');
        if (equals > 0) {
          values.put(line.substring(0, equals), line.substring(equals + 1));
        }
      }
      String format = values.getOrDefault("format", "none");
      if (!format.equals("1")) {
        throw new IllegalArgumentException(
            "has the format " + format + ", and this version reads format 1 only");
      }
      return new Origin(
          Long.parseUnsignedLong(values.getOrDefault("cluster-id", ""), 16),
          Long.parseUnsignedLong(values.getOrDefault("member-id", ""), 16),
          values.getOrDefault("version", "unknown"));
    }
  }

  /** How long it is, without the hash. */
  public long bytes() {
    return summedBytes() + TarHeader.withFile(BlockChecksums.bytesFor(summedBytes())) + END.length;
  }

  private long summedBytes() {
    return parts.stream().mapToLong(part -> TarHeader.withFile(part.bytes())).sum();
  }

  /** Its bytes, from the first on. A file that can't be opened fails with {@link UncheckedIOException}. */
  public InputStream open() {
    BlockChecksums sums = new BlockChecksums();
    Backup.Part last =
        new Backup.Part(
            CHECKSUMS,
            BlockChecksums.bytesFor(summedBytes()),
            () -> new ByteArrayInputStream(sums.finish()));
    // Each is made when the one before it was read to its end: the sums aren't known earlier.
    return new SequenceInputStream(
        new Stages(
            List.<Supplier<InputStream>>of(
                    () -> sums.summing(new SequenceInputStream(new Streams(parts.iterator()))),
                    () -> new SequenceInputStream(new Streams(List.of(last).iterator())),
                    () -> new ByteArrayInputStream(END))
                .iterator()));
  }

  @Override
  public void close() {
    backup.close();
  }

  /** One stream after the other. */
  private record Stages(Iterator<Supplier<InputStream>> left) implements Enumeration<InputStream> {
    @Override
    public boolean hasMoreElements() {
      return left.hasNext();
    }

    @Override
    public InputStream nextElement() {
      return left.next().get();
    }
  }

  /** For each file its header, its bytes, its padding. Files are opened when their turn comes. */
  private static final class Streams implements Enumeration<InputStream> {
    private final Iterator<Backup.Part> parts;

    Streams(Iterator<Backup.Part> parts) {
      this.parts = parts;
    }

    @Override
    public boolean hasMoreElements() {
      return parts.hasNext();
    }

    @Override
    public InputStream nextElement() {
      Backup.Part part = parts.next();
      InputStream header = new ByteArrayInputStream(TarHeader.of(part.name(), part.bytes()));
      InputStream padding = new ByteArrayInputStream(new byte[TarHeader.padding(part.bytes())]);
      try {
        return new SequenceInputStream(
            header, new SequenceInputStream(part.content().open(), padding));
      } catch (IOException e) {
        throw new UncheckedIOException("can't open " + part.name(), e);
      }
    }
  }
}
