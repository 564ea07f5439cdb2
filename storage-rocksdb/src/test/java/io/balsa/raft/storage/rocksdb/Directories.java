package io.balsa.raft.storage.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What tests do to directories behind a store's back. */
final class Directories {
  private Directories() {}

  /** What a crash would leave if the disk kept all that was written: the files as they are now. */
  static Path image(Path source, Path target) throws IOException {
    Files.createDirectories(target);
    for (Path file : files(source)) {
      Files.write(target.resolve(file.getFileName()), Files.readAllBytes(file));
    }
    return target;
  }

  static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  /** The files whose names end so, in order. */
  static List<Path> files(Path directory, String suffix) throws IOException {
    return files(directory).stream().filter(file -> file.toString().endsWith(suffix)).toList();
  }

  /** The newest write-ahead log. */
  static Path wal(Path directory) throws IOException {
    List<Path> files = files(directory, ".log");
    return files.get(files.size() - 1);
  }

  static void delete(Path directory) throws IOException {
    for (Path file : files(directory)) {
      Files.delete(file);
    }
    Files.delete(directory);
  }
}
