package io.balsa.raft.file.disk;

import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The file {@code store} of a store's directory: in which format the store is, and its id, which is in the checksums of its
 * other files. One thread.
 *
 * <pre>
 *      store     store.new   content    means                                   done
 *   K  -         -, torn     -          new                                     store.new is written, then the store's first file
 *   L  -         whole       any        a creation that was cut short: nothing  the creation goes on, with the same id
 *                                       was ever acknowledged
 *   M  whole     any         any        a store                                 read; what every store has must be there
 *   N  -         -, torn     some       store was lost                          refused
 *   O  damaged   any         any        damage                                  refused
 *   P  of another version    any        another program's                       refused: older, or newer
 * </pre>
 *
 * <p>{@code store.new} becomes {@code store} when the store's first file is durable. So a log whose segments are all gone is
 * never taken for a new one, which would have forgotten its votes.
 */
public final class FormatFile {
  private static final Pattern TEXT =
      Pattern.compile(
          "((balsa [a-z ]+), format (\\d{1,9})(?:, id ([0-9a-f]{16}))?)(?:, checksum ([0-9a-f]{8}))?\n");
  private static final int BYTES_MAX = 200;
  private static final String UNTOUCHED = ". Nothing was written";

  private final Disk disk;
  private final Path directory;
  private final Kind kind;
  private long id;
  private boolean isNew;

  /**
   * What a program expects to find.
   *
   * @param name such as {@code balsa file log}
   * @param format the one that it reads
   */
  public record Kind(String name, int format) {}

  private FormatFile(Disk disk, Path directory, Kind kind) {
    this.disk = disk;
    this.directory = directory;
    this.kind = kind;
  }

  /**
   * @param hasContent whether the directory holds anything of a store beside this file
   * @throws StorageException if the directory is refused; nothing was written then
   */
  public static FormatFile open(Disk disk, Path directory, Kind kind, boolean hasContent)
      throws IOException {
    FormatFile file = new FormatFile(disk, directory, kind);
    Path store = directory.resolve("store");
    Path fresh = directory.resolve("store.new");
    if (disk.exists(store)) { // rows M, O, P
      file.id =
          file.read(store)
              .orElseThrow(
                  () -> new DamageException(store + " is damaged at offset 0" + UNTOUCHED));
      return file;
    }
    Optional<Long> begun = disk.exists(fresh) ? file.read(fresh) : Optional.empty();
    if (begun.isEmpty() && hasContent) { // row N
      throw new DamageException(
          store + " is missing, although " + directory + " holds what belongs to it" + UNTOUCHED);
    }
    file.id = begun.isPresent() ? begun.get() : new SecureRandom().nextLong();
    file.isNew = true;
    file.write(fresh); // rows K and L: again, for it may not be durable
    disk.force(directory);
    return file;
  }

  private Optional<Long> read(Path path) throws IOException {
    String text;
    try (DiskFile file = disk.open(path, Disk.Access.READ)) {
      ByteBuffer bytes = ByteBuffer.allocate(BYTES_MAX);
      file.readFully(bytes, 0);
      text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
    }
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    boolean checked = parts.group(5) != null;
    if (checked && Integer.parseUnsignedInt(parts.group(5), 16) != checksum(parts.group(1))) {
      return Optional.empty();
    }
    if (!parts.group(2).equals(kind.name())) {
      throw new StorageException(
          path + " is a " + parts.group(2) + "'s, not a " + kind.name() + "'s" + UNTOUCHED);
    }
    int format = Integer.parseInt(parts.group(3));
    if (format != kind.format()) {
      throw new StorageException(
          path
              + " names format "
              + format
              + ", of "
              + (format < kind.format() ? "an older" : "a newer")
              + " version; this program reads format "
              + kind.format()
              + UNTOUCHED);
    }
    return checked && parts.group(4) != null
        ? Optional.of(Long.parseUnsignedLong(parts.group(4), 16))
        : Optional.empty();
  }

  private void write(Path path) throws IOException {
    String text = String.format("%s, format %d, id %016x", kind.name(), kind.format(), id);
    String line = String.format("%s, checksum %08x\n", text, checksum(text));
    try (DiskFile file = disk.open(path, Disk.Access.RENEW)) {
      file.writeFully(ByteBuffer.wrap(line.getBytes(StandardCharsets.ISO_8859_1)), 0);
      file.force();
    }
  }

  private static int checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
    return (int) crc.getValue();
  }

  public long id() {
    return id;
  }

  /** Whether nothing was ever stored: what every store has is still to be made. */
  public boolean isNew() {
    return isNew;
  }

  /** What every store has is durable: from now on it must be there. */
  public void created() throws IOException {
    disk.rename(directory.resolve("store.new"), directory.resolve("store"));
    disk.force(directory);
    isNew = false;
  }
}
