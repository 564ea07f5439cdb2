package io.balsa.raft.file;

import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.failpoint.RaftFailpoint;
import io.balsa.raft.file.SnapshotLayout.Header;
import io.balsa.raft.file.SnapshotLayout.Trailer;
import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.file.disk.DiskFile;
import io.balsa.raft.file.disk.FileStreams;
import io.balsa.raft.file.disk.FormatFile;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.InvariantViolation;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.SnapshotStore;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots in a directory of their own: one file per group, and one more while a snapshot is in
 * the making.
 *
 * <p>Any thread, but never two for the same group at once, and none of them interrupted (see the
 * package). What can't be read or written, and what is damaged, is a {@link StorageException} that
 * names the file.
 */
public final class FileSnapshotStore implements SnapshotStore {
  /*
   * A directory:
   *
   *   store              format and id of this store; the id is in every snapshot's header (FormatFile)
   *   LOCK               locked while a store is open
   *   0.snapshot         the committed snapshot of group 0
   *   0.snapshot.tmp     its next one, in the making; removed when the store is opened
   *
   *      0.snapshot                              means                            done
   *   1  isn't there                             none was committed               none
   *   2  header and trailer whole, of its size   committed                        read, chunk by chunk
   *   3  header damaged, or of another version,  damage, or a file that doesn't   refused when it is asked for
   *      store or group                          belong here
   *   4  no trailer, or of another size          cut, after it was durable        refused when it is asked for
   *   5  a chunk damaged, moved or missing       damage                           the reader fails there, before a wrong byte
   *   6  0.snapshot.tmp                          a snapshot that a crash left     removed
   *                                              unfinished
   *
   * Commit: write 0.snapshot.tmp, fsync it, rename it to 0.snapshot, fsync the directory. The
   * rename replaces the older snapshot in one step, so that a crash at any point leaves either the
   * older or the newer one, whole, under the one name that is ever looked at. Whoever still reads
   * the older one keeps it: its file lives on until it is closed.
   *
   * Without the first fsync, the new name could come to stand for a file whose bytes were lost;
   * without the second, the log might be compacted while the new name isn't durable yet (traps D1,
   * S4).
   */
  private static final String SUFFIX = ".snapshot";
  private static final String UNFINISHED_SUFFIX = SUFFIX + ".tmp";

  /** 1 had no such file, and no id in its snapshots. */
  private static final FormatFile.Kind KIND = new FormatFile.Kind("balsa snapshots", 2);

  private final Disk disk;
  private final Path directory;
  private final Closeable lock;
  private final long storeId;
  private final Map<GroupId, FileWriter> unfinished = new ConcurrentHashMap<>();

  private FileSnapshotStore(Disk disk, Path directory, Closeable lock, long storeId) {
    this.disk = disk;
    this.directory = directory;
    this.lock = lock;
    this.storeId = storeId;
  }

  /**
   * Opens the store in this directory, which is created if need be. Leftovers of unfinished
   * snapshots are removed.
   *
   * @throws StorageException if the directory can't be used, another process uses it, or it is
   *     another version's
   */
  public static FileSnapshotStore at(Path directory) {
    return on(Disk.ofSystem(), directory);
  }

  /** As {@link #at}, on a file system of the caller's. */
  public static FileSnapshotStore on(Disk disk, Path directory) {
    try {
      disk.createDirectories(directory);
      Closeable lock =
          disk.lock(directory.resolve("LOCK"))
              .orElseThrow(() -> new StorageException(directory + " is in use by another store"));
      try {
        long storeId = identify(disk, directory);
        removeUnfinished(disk, directory);
        // A process may have been killed right after a rename: what is found must last.
        disk.force(directory);
        return new FileSnapshotStore(disk, directory, lock, storeId);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StorageException("can't open the snapshots in " + directory + ": " + e, e);
    }
  }

  private static long identify(Disk disk, Path directory) throws IOException {
    List<String> committed = named(disk, directory, SUFFIX);
    if (!committed.isEmpty()) {
      refuseOlder(disk, directory.resolve(committed.get(0)));
    }
    FormatFile format = FormatFile.open(disk, directory, KIND, !committed.isEmpty());
    if (format.isNew()) {
      format.created();
    }
    return format.id();
  }

  /** Version 1 had no {@code store}, and shall not be told that it was lost. */
  private static void refuseOlder(Disk disk, Path snapshot) throws IOException {
    if (!disk.exists(snapshot.resolveSibling("store"))
        && !disk.exists(snapshot.resolveSibling("store.new"))) {
      try (DiskFile file = disk.open(snapshot, Disk.Access.READ)) {
        SnapshotLayout.readHeader(new DataInputStream(FileStreams.input(file)));
      } catch (IOException e) {
        throw failed(snapshot, e);
      }
    }
  }

  private static List<String> named(Disk disk, Path directory, String suffix) throws IOException {
    return disk.list(directory).stream().filter(name -> name.endsWith(suffix)).toList();
  }

  @Override
  public Optional<SnapshotMeta> latest(GroupId group) {
    Path file = committedFile(group);
    try {
      return disk.exists(file) ? Optional.of(metaOf(file, group)) : Optional.empty();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private SnapshotMeta metaOf(Path file, GroupId group) throws IOException {
    try (DiskFile opened = disk.open(file, Disk.Access.READ)) {
      Header header = readHeader(file, group, stream(opened));
      checkWhole(opened, header);
      return header.meta();
    }
  }

  @Override
  public Writer create(GroupId group, SnapshotMeta meta) {
    FileWriter writer = new FileWriter(group, meta);
    FileWriter earlier = unfinished.put(group, writer);
    if (earlier != null) {
      earlier.discard();
    }
    writer.begin();
    return writer;
  }

  @Override
  public InputStream open(GroupId group, SnapshotMeta meta) {
    Path file = committedFile(group);
    try {
      if (!disk.exists(file)) {
        throw new DamageException(group + " has no snapshot in " + directory);
      }
      DataInputStream in = stream(disk.open(file, Disk.Access.READ));
      try {
        Header header = readHeader(file, group, in);
        if (!header.meta().equals(meta)) {
          throw new DamageException(
              file + " is through " + header.meta().last() + ", not " + meta.last());
        }
        return new SnapshotInput(file, in, header);
      } catch (IOException | RuntimeException e) {
        in.close();
        throw e;
      }
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  @Override
  public void close() {
    unfinished.values().forEach(FileWriter::close);
    try {
      lock.close();
    } catch (IOException e) {
      throw new StorageException("can't unlock " + directory + ": " + e.getMessage(), e);
    }
  }

  private static void removeUnfinished(Disk disk, Path directory) throws IOException {
    for (String leftover : named(disk, directory, UNFINISHED_SUFFIX)) {
      disk.delete(directory.resolve(leftover));
    }
  }

  private Path committedFile(GroupId group) {
    return directory.resolve(group.value() + SUFFIX);
  }

  private Path unfinishedFile(GroupId group) {
    return directory.resolve(group.value() + UNFINISHED_SUFFIX);
  }

  private static DataInputStream stream(DiskFile file) {
    return new DataInputStream(
        new BufferedInputStream(FileStreams.input(file), SnapshotLayout.CHUNK_BYTES_MAX));
  }

  private Header readHeader(Path file, GroupId group, DataInputStream in) throws IOException {
    Header header = SnapshotLayout.readHeader(in);
    if (header.storeId() != storeId) {
      throw new DamageException(file + " belongs to another store of snapshots");
    }
    if (!header.group().equals(group)) {
      throw new DamageException(file + " is a snapshot of " + header.group() + ", not " + group);
    }
    return header;
  }

  /** A file that was cut is found here already, not only when it has been half restored. */
  private static void checkWhole(DiskFile file, Header header) throws IOException {
    long trailerAt = file.size() - SnapshotLayout.TRAILER_BYTES;
    if (trailerAt < header.sizeBytes()) {
      throw SnapshotLayout.damaged("ends before its trailer, at offset " + file.size());
    }
    ByteBuffer encoded = ByteBuffer.allocate(SnapshotLayout.TRAILER_BYTES);
    file.readFully(encoded, trailerAt);
    byte[] counts = Arrays.copyOfRange(encoded.array(), 4, SnapshotLayout.TRAILER_BYTES);
    if (encoded.hasRemaining() || encoded.getInt(0) != 0) {
      throw SnapshotLayout.damaged("has a damaged trailer at offset " + trailerAt);
    }
    Trailer trailer = SnapshotLayout.decodeTrailer(header.crc(), counts);
    if (trailer.fileSize(header) != file.size()) {
      throw SnapshotLayout.damaged("holds " + file.size() + " bytes, which its trailer denies");
    }
  }

  private static StorageException failed(Path file, IOException cause) {
    String message = file + " " + cause.getMessage();
    return DamageException.in(cause).isPresent()
        ? new DamageException(message, cause)
        : new StorageException(message, cause);
  }

  /**
   * A snapshot in the making. Its output is there from {@link #begin} until it is committed or
   * discarded.
   */
  private final class FileWriter implements Writer {
    private final GroupId group;
    private final SnapshotMeta meta;
    private @Nullable SnapshotOutput output;
    private long size;

    private FileWriter(GroupId group, SnapshotMeta meta) {
      this.group = group;
      this.meta = meta;
    }

    private void begin() {
      try {
        DiskFile file = disk.open(unfinishedFile(group), Disk.Access.RENEW);
        try {
          output = new SnapshotOutput(file, storeId, group, meta);
        } catch (IOException | RuntimeException e) {
          file.close();
          throw e;
        }
      } catch (IOException e) {
        throw failed(unfinishedFile(group), e);
      }
    }

    @Override
    public void write(Bytes chunk) {
      try {
        output().write(chunk);
        size += chunk.size();
      } catch (IOException e) {
        throw failed(unfinishedFile(group), e);
      }
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public void commit() {
      Path file = unfinishedFile(group);
      try (SnapshotOutput finished = output()) {
        finished.finish();
        Failpoints.at(RaftFailpoint.SNAPSHOT_FILE_BEFORE_RENAME);
        disk.rename(file, committedFile(group));
        Failpoints.at(RaftFailpoint.SNAPSHOT_FILE_AFTER_RENAME);
        disk.force(directory);
      } catch (IOException e) {
        throw failed(file, e);
      }
      output = null;
      unfinished.remove(group, this);
    }

    @Override
    public void close() {
      if (output == null) {
        return;
      }
      discard();
      unfinished.remove(group, this);
      try {
        if (disk.exists(unfinishedFile(group))) {
          disk.delete(unfinishedFile(group));
        }
      } catch (IOException e) {
        throw failed(unfinishedFile(group), e);
      }
    }

    /** Lets go of the file, which a later writer is about to overwrite. */
    private void discard() {
      SnapshotOutput discarded = output;
      output = null;
      if (discarded != null) {
        try {
          discarded.close();
        } catch (IOException e) {
          throw failed(unfinishedFile(group), e);
        }
      }
    }

    private SnapshotOutput output() {
      SnapshotOutput current = output;
      if (current == null) {
        throw new InvariantViolation(
            group + ": the snapshot through " + meta.last() + " was committed or discarded");
      }
      return current;
    }
  }
}
