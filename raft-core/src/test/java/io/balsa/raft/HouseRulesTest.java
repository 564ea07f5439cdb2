package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules about the text of all modules. What is forbidden is spelt in two halves here, so that this file obeys, too. */
final class HouseRulesTest {
  private static final int FILE_LINES_MAX = 800;
  private static final int METHOD_LINES_MAX = 70;

  /** Where all modules are. */
  static final Path ROOT = findRoot();

  /** The first line of a formatted method, at most three types deep; its header may go on. */
  private static final Pattern METHOD_START =
      Pattern.compile(
          "^( {2}| {4}| {6})(?!(if|for|while|switch|try|do|return|case|throw|new|else|var)\\b)[\\w<@][^=;]*\\(.*[({,]$");

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s#]+)(#[^)\\s]*)?\\)");

  private static Path findRoot() {
    Path directory = Path.of("").toAbsolutePath();
    while (!isRoot(directory)) {
      directory = directory.getParent();
      if (directory == null) {
        throw new IllegalStateException("no parent pom above " + Path.of("").toAbsolutePath());
      }
    }
    return directory;
  }

  private static boolean isRoot(Path directory) {
    try {
      Path pom = directory.resolve("pom.xml");
      return Files.exists(pom) && Files.readString(pom).contains("<modules>");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All of ours with such a name, in order. */
  static List<Path> files(String suffix) {
    try (Stream<Path> all = Files.walk(ROOT)) {
      return all.filter(file -> file.toString().endsWith(suffix) && isOurs(ROOT.relativize(file)))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOurs(Path file) {
    for (Path part : file) {
      String name = part.toString();
      if (name.equals("target") || name.equals(".git") || name.equals("node_modules")) {
        return false;
      }
    }
    return true;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> findInJava(Pattern pattern) {
    List<String> found = new ArrayList<>();
    for (Path file : files(".java")) {
      List<String> lines = lines(file);
      for (int i = 0; i < lines.size(); i++) {
        if (pattern.matcher(lines.get(i)).find()) {
          found.add(ROOT.relativize(file) + ":" + (i + 1) + " " + lines.get(i).strip());
        }
      }
    }
    return found;
  }

  @Test
  void noFileIsLongerThanItMayBe() {
    assertThat(files(".java")).isNotEmpty();
    assertThat(files(".java"))
        .filteredOn(file -> lines(file).size() > FILE_LINES_MAX)
        .as("files of more than %d lines", FILE_LINES_MAX)
        .isEmpty();
  }

  @Test
  void noMethodIsLongerThanItMayBe() {
    List<String> tooLong = new ArrayList<>();
    for (Path file : files(".java")) {
      List<String> lines = lines(file);
      for (int start = 0; start < lines.size(); start++) {
        if (METHOD_START.matcher(lines.get(start)).find()) {
          int length = lengthOfMethod(lines, start);
          if (length > METHOD_LINES_MAX) {
            tooLong.add(ROOT.relativize(file) + ":" + (start + 1) + " has " + length + " lines");
          }
        }
      }
    }
    assertThat(tooLong).as("methods of more than %d lines", METHOD_LINES_MAX).isEmpty();
  }

  /** The sources are formatted: a method ends with the first closing brace of its own indentation. */
  private static int lengthOfMethod(List<String> lines, int start) {
    int headerEnd = start;
    while (!lines.get(headerEnd).endsWith("{") && !lines.get(headerEnd).endsWith(";")) {
      headerEnd++;
    }
    boolean isMethod =
        lines.get(headerEnd).endsWith(" {") && !lines.get(headerEnd).endsWith("-> {");
    if (!isMethod) {
      return 1; // a call that takes several lines
    }
    int indent = lines.get(start).length() - lines.get(start).stripLeading().length();
    String end = " ".repeat(indent) + "}";
    for (int i = headerEnd + 1; i < lines.size(); i++) {
      if (lines.get(i).startsWith(end)) {
        return i - start + 1;
      }
    }
    return lines.size() - start;
  }

  @Test
  void nothingIsLeftToBeDoneLater() {
    assertThat(findInJava(Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b"))).isEmpty();
  }

  @Test
  void nobodySleeps() {
    assertThat(
            findInJava(Pattern.compile("Thread\\." + "sleep\\(|TimeUnit\\.\\w+\\." + "sleep\\(")))
        .isEmpty();
  }

  @Test
  void noTestIsSwitchedOff() {
    assertThat(findInJava(Pattern.compile("@Dis" + "abled\\b|@Ig" + "nore\\b"))).isEmpty();
  }

  /** A mapped file that is unmapped under its reader takes the JVM with it (trap D8). */
  @Test
  void noFileIsMapped() {
    assertThat(
            findInJava(
                Pattern.compile(
                    "Mapped" + "ByteBuffer|FileChannel\\." + "MapMode|MapMode\\." + "READ")))
        .filteredOn(found -> found.contains("/src/main/"))
        .isEmpty();
  }

  @Test
  void noExceptionIsSwallowed() {
    Pattern emptyCatch = Pattern.compile("catch \\([^)]*\\) \\{\\s*\\}");
    assertThat(files(".java"))
        .filteredOn(file -> emptyCatch.matcher(String.join("\n", lines(file))).find())
        .isEmpty();
  }

  @Test
  void everyRelativeLinkLeadsSomewhere() {
    List<String> broken = new ArrayList<>();
    for (Path file : files(".md")) {
      Matcher links = LINK.matcher(String.join("\n", lines(file)));
      while (links.find()) {
        String target = links.group(1);
        boolean relative = !target.contains("://") && !target.startsWith("mailto:");
        if (relative && !Files.exists(file.resolveSibling(target))) {
          broken.add(ROOT.relativize(file) + " -> " + target);
        }
      }
    }
    assertThat(broken).isEmpty();
  }
}
