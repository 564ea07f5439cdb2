package io.balsa.examples.chaos.fault;

import io.balsa.examples.process.ExampleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Other programs that some faults need. Stateless. */
final class Tools {
  private static final long PATIENCE_SECONDS = 10;

  private Tools() {}

  /** The program of that name on the PATH. */
  static Optional<Path> onPath(String name) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream(path.split(":"))
        .filter(dir -> !dir.isEmpty())
        .map(dir -> Path.of(dir, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The library that shows a process another clock: where LIBFAKETIME says, or where Debian puts it. */
  static Optional<Path> libfaketime() {
    Optional<Path> named = Optional.ofNullable(System.getenv("LIBFAKETIME")).map(Path::of);
    if (named.isPresent()) {
      return named.filter(Files::exists);
    }
    try (Stream<Path> architectures = Files.list(Path.of("/usr/lib"))) {
      return architectures
          .map(dir -> dir.resolve("faketime/libfaketime.so.1"))
          .filter(Files::exists)
          .findFirst();
    } catch (IOException e) {
      return Optional.empty(); // Not a system with such a directory.
    }
  }

  /** Starts a program that says nothing. */
  static Process start(List<String> command) {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      throw new ExampleException("can't start " + command.get(0) + ": " + e.getMessage(), e);
    }
  }

  /** Whether the program ended in time, and well. */
  static boolean succeeds(List<String> command) {
    try {
      Process process = start(command);
      return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExampleException("interrupted", e);
    }
  }
}
