package io.balsa.raft.testkit.zoo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The module's sources, as files: below the system property {@code balsa.home}, or the repository's root or a module's may be
 * the working directory.
 */
final class Sources {
  private Sources() {}

  /** The files that the bug touches, edited, by their names below {@code io/balsa/raft}. */
  static Map<String, String> patched(CoreBug bug) {
    Map<String, String> patched = new TreeMap<>();
    for (CoreBug.Edit edit : bug.edits()) {
      patched.merge(
          edit.file(), edit.applyTo(read(edit.file())), (before, again) -> edit.applyTo(before));
    }
    return patched;
  }

  private static String read(String file) {
    Path path =
        Stream.of(System.getProperty("balsa.home", "."), "..")
            .flatMap(
                root -> Stream.of("main", "test").map(kind -> Path.of(root, "raft-core/src", kind)))
            .map(sources -> sources.resolve("java/io/balsa/raft").resolve(file))
            .filter(Files::exists)
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("there is no source " + file));
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
