package io.balsa.examples.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.stream.Stream;

/** The end of a member's log file: what to show when the member let us down. */
public final class LogTail {
  private static final int LINES = 15;

  private LogTail() {}

  /** The last lines, oldest first; a line that says why when the file can't be read. */
  public static List<String> of(Path file) {
    ArrayDeque<String> tail = new ArrayDeque<>(LINES);
    // Latin-1 takes every byte: a log that ends within a character must be readable too.
    try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
      lines.forEachOrdered(
          line -> {
            if (tail.size() == LINES) {
              tail.removeFirst();
            }
            tail.addLast(line);
          });
      return List.copyOf(tail);
    } catch (IOException e) {
      return List.of("(no log: " + e + ")");
    }
  }

  /** The last lines, with a heading, indented, to go below an error message. */
  public static String print(MemberSpec member) {
    String indent = System.lineSeparator() + "    | ";
    return System.lineSeparator()
        + "  the log of "
        + member.name()
        + ":"
        + indent
        + String.join(indent, of(member.logFile()));
  }

  /** Whether the member gave up because somebody else listens on one of its ports. */
  public static boolean saysPortInUse(Path file) {
    return of(file).stream().anyMatch(line -> line.contains("in use"));
  }
}
