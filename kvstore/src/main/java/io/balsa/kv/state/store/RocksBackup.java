package io.balsa.kv.state.store;

import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A RocksDB checkpoint: a directory of hard links. */
final class RocksBackup implements Backup {
  private final Path dir;
  private final List<Part> parts = new ArrayList<>();

  /** Takes over the directory. */
  RocksBackup(Path dir) {
    this.dir = dir;
    try (Stream<Path> entries = Files.list(dir)) {
      for (Path file : entries.sorted().toList()) {
        String name = file.getFileName().toString();
        parts.add(new Part(name, Files.size(file), () -> Files.newInputStream(file)));
      }
    } catch (IOException e) {
      throw new StorageException("can't list the backup in " + dir, e);
    }
  }

  @Override
  public List<Part> parts() {
    return parts;
  }

  @Override
  public void close() {
    try {
      FileTree.delete(dir);
    } catch (IOException e) {
      throw new StorageException("can't remove the backup in " + dir, e);
    }
  }
}
