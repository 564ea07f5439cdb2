package io.balsa.raft.testkit.zoo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A bug of the core: a few edits of its sources. Listed in {@code zoo/core-bugs.txt}. */
record CoreBug(String name, String explanation, List<Edit> edits) {

  /** One text of a file, below {@code io/balsa/raft}, and what takes its place. */
  record Edit(String file, String text, String replacement) {

    /**
     * @throws IllegalStateException unless the text is there exactly once
     */
    String applyTo(String source) {
      Matcher matcher = pattern().matcher(source);
      if (!matcher.find()) {
        throw new IllegalStateException(file + " no longer has the text: " + text);
      }
      String edited =
          source.substring(0, matcher.start()) + replacement + source.substring(matcher.end());
      if (matcher.find()) {
        throw new IllegalStateException(file + " has the text more than once: " + text);
      }
      return edited;
    }

    /** However the source is broken into lines. */
    private Pattern pattern() {
      return Pattern.compile(
          Arrays.stream(text.strip().split("\\s+"))
              .map(Pattern::quote)
              .collect(Collectors.joining("\\s+")));
    }
  }

  static List<CoreBug> all() {
    String[] parts = read().split("(?m)^=== ");
    return Arrays.stream(parts).skip(1).map(CoreBug::parse).toList();
  }

  private static String read() {
    try (InputStream in = CoreBug.class.getResourceAsStream("/zoo/core-bugs.txt")) {
      if (in == null) {
        throw new IllegalStateException("zoo/core-bugs.txt isn't on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CoreBug parse(String part) {
    String[] pieces = part.split("(?m)^--- ");
    String[] head = pieces[0].strip().split("\n");
    List<Edit> edits = new ArrayList<>();
    for (String piece : Arrays.asList(pieces).subList(1, pieces.length)) {
      int firstLine = piece.indexOf('\n');
      int separator = piece.indexOf("\n+++");
      edits.add(
          new Edit(
              piece.substring(0, firstLine).strip(),
              piece.substring(firstLine, separator).strip(),
              piece.substring(separator + "\n+++".length()).strip()));
    }
    return new CoreBug(head[0].strip(), head[1].strip(), edits);
  }
}
