package io.balsa.examples.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A directory as it looks from outside: every path in it with its size and its time of change. */
record Listing(Map<String, String> entries) {

  /** Empty for a directory that doesn't exist. */
  static Listing of(Path dir) throws IOException {
    Map<String, String> entries = new TreeMap<>();
    if (Files.exists(dir)) {
      try (Stream<Path> paths = Files.walk(dir)) {
        List<Path> all = paths.toList();
        for (Path path : all) {
          String size = Files.isRegularFile(path) ? Files.size(path) + " bytes" : "directory";
          entries.put(
              dir.relativize(path).toString(), size + " at " + Files.getLastModifiedTime(path));
        }
      }
    }
    return new Listing(entries);
  }
}
