package io.balsa.examples.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Programs that others have installed. Stateless. */
public final class Programs {
  private Programs() {}

  /** The first program of that name on the PATH; empty without one, or without a PATH. */
  public static Optional<Path> onPath(String name) {
    return Optional.ofNullable(System.getenv("PATH")).flatMap(path -> on(path, name));
  }

  /** The same, on that path. Empty parts of it, which to a shell are the working directory, are left out. */
  static Optional<Path> on(String path, String name) {
    return Arrays.stream(path.split(File.pathSeparator))
        .filter(dir -> !dir.isEmpty())
        .map(dir -> Path.of(dir, name))
        .filter(Files::isRegularFile)
        .filter(Files::isExecutable)
        .findFirst();
  }
}
