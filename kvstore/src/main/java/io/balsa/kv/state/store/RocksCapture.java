package io.balsa.kv.state.store;

import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.Snapshot;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** A RocksDB checkpoint: a directory of hard links, streamed file by file in bounded memory. One thread at a time. */
final class RocksCapture implements Snapshot {
  /*
   *   +-----------+-----------+-----------------------------------------------+-----
   *   | magic (8) | files (4) | name (UTF) | size (8) | bytes ... | CRC32C (4) | ...
   *   +-----------+-----------+-----------------------------------------------+-----
   *                             once per file, by name; the CRC covers the bytes
   */
  private static final long MAGIC = 0x42414c53414b5631L; // "BALSAKV1"
  private static final int FILES_MAX = 1_000_000;
  private static final int CHUNK_BYTES = 1 << 16;

  /** What RocksDB calls its files; nothing that could leave the directory. */
  private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,200}");

  private final Path dir;

  RocksCapture(Path dir) {
    this.dir = dir;
  }

  @Override
  public void writeTo(DataOutputStream sink) throws IOException {
    List<Path> files;
    try (Stream<Path> entries = Files.list(dir)) {
      files = entries.sorted().toList();
    }
    sink.writeLong(MAGIC);
    sink.writeInt(files.size());
    for (Path file : files) {
      long size = Files.size(file);
      sink.writeUTF(file.getFileName().toString());
      sink.writeLong(size);
      try (InputStream in = Files.newInputStream(file)) {
        sink.writeInt(copy(in, sink, size));
      }
    }
  }

  /** Writes the files of a capture into an empty directory, durably. */
  static void receive(DataInputStream source, Path target) throws IOException {
    if (source.readLong() != MAGIC) {
      throw new IOException("not a snapshot of a RocksDB store");
    }
    int files = source.readInt();
    if (files < 1 || files > FILES_MAX) {
      throw new IOException("the snapshot claims " + files + " files");
    }
    for (int i = 0; i < files; i++) {
      receiveFile(source, target);
    }
    FileTree.forceOne(target);
  }

  private static void receiveFile(DataInputStream source, Path target) throws IOException {
    String name = source.readUTF();
    if (!FILE_NAME.matcher(name).matches()) {
      throw new IOException("the snapshot holds a file with an unusable name");
    }
    long size = source.readLong();
    if (size < 0) {
      throw new IOException(name + " in the snapshot claims " + size + " bytes");
    }
    Path file = target.resolve(name);
    int computed;
    try (OutputStream out =
        Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      computed = copy(source, out, size);
    }
    if (computed != source.readInt()) {
      throw new IOException(name + " in the snapshot is damaged: its checksum differs");
    }
    FileTree.forceOne(file);
  }

  /** Copies exactly {@code size} bytes and returns their CRC32C. */
  private static int copy(InputStream in, OutputStream out, long size) throws IOException {
    CRC32C crc = new CRC32C();
    byte[] chunk = new byte[CHUNK_BYTES];
    long left = size;
    while (left > 0) {
      int read = in.read(chunk, 0, (int) Math.min(left, chunk.length));
      if (read < 0) {
        throw new IOException("the snapshot ends " + left + " bytes before the end of a file");
      }
      crc.update(chunk, 0, read);
      out.write(chunk, 0, read);
      left -= read;
    }
    return (int) crc.getValue();
  }

  @Override
  public void close() {
    try {
      FileTree.delete(dir);
    } catch (IOException e) {
      throw new StorageException("can't remove the capture " + dir, e);
    }
  }
}
