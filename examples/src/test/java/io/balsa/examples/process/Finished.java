package io.balsa.examples.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that ran to its end, and what it said. */
public record Finished(int exitCode, String out, String err) {

  /**
   * Runs the program with these words on its standard input. Killed after the deadline, which is a failure.
   *
   * @param more variables for its environment
   */
  public static Finished run(
      List<String> command, String input, Map<String, String> more, Duration deadline)
      throws IOException, InterruptedException {
    Path in = Files.createTempFile("balsa-in-", "");
    Path out = Files.createTempFile("balsa-out-", "");
    Path err = Files.createTempFile("balsa-err-", "");
    try {
      Files.writeString(in, input);
      ProcessBuilder builder = new ProcessBuilder(command);
      // A JVM that is given options by its environment says so in a line of its own.
      builder.environment().keySet().removeIf(name -> name.endsWith("JAVA_OPTIONS"));
      builder.environment().remove("JAVA_TOOL_OPTIONS");
      builder.environment().putAll(more);
      builder.redirectInput(in.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
      Process process = builder.start();
      boolean ended = process.waitFor(deadline.toNanos(), TimeUnit.NANOSECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      Finished finished =
          new Finished(process.exitValue(), Files.readString(out), Files.readString(err));
      if (!ended) {
        throw new AssertionError(command + " ran longer than " + deadline + ": " + finished);
      }
      return finished;
    } finally {
      for (Path file : List.of(in, out, err)) {
        Files.delete(file);
      }
    }
  }

  public static Finished run(List<String> command, Duration deadline)
      throws IOException, InterruptedException {
    return run(command, "", Map.of(), deadline);
  }
}
