package io.balsa.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/etcd-compatibility.md} to its word. */
final class CompatibilityPageTest {
  private static final Path ROOT = Path.of("..");
  private static final Path PAGE = ROOT.resolve("docs/etcd-compatibility.md");
  private static final Path RESOURCES = Path.of("src/test/resources");

  private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*Test)(?:#(\\w+))?`");
  private static final Pattern WEAKNESS = Pattern.compile("\\| (\\d+) \\|(.*)\\|(.*)\\|(.*)\\|");
  private static final Pattern REASON = Pattern.compile("\\| ([a-z][^|`]*) \\| .* \\|");

  /** The complaints that we mean to do better by, by their number in our collection. */
  private static final Set<Integer> WEAKNESSES =
      Set.of(2, 3, 4, 5, 6, 7, 8, 13, 14, 17, 18, 19, 20, 25);

  @Test
  void everyTestThatItNamesExists() throws IOException {
    List<MatchResult> named = TEST.matcher(Files.readString(PAGE)).results().toList();
    Map<String, String> tests = tests();
    List<String> missing = new ArrayList<>();
    for (MatchResult name : named) {
      String text = tests.getOrDefault(name.group(1), "");
      String method = name.group(2);
      if (text.isEmpty() || (method != null && !text.contains("void " + method + "("))) {
        missing.add(name.group());
      }
    }
    assertThat(named).hasSizeGreaterThan(30);
    assertThat(missing).isEmpty();
  }

  /** The text of each test by its class. */
  private static Map<String, String> tests() throws IOException {
    Map<String, String> tests = new TreeMap<>();
    for (Path file : files(ROOT, "Test.java")) {
      if (file.toString().contains("/src/test/java/")) {
        String name = file.getFileName().toString();
        tests.put(name.substring(0, name.length() - ".java".length()), Files.readString(file));
      }
    }
    return tests;
  }

  private static List<Path> files(Path directory, String suffix) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  @Test
  void everyWeaknessHasItsTestOrSaysThatItHasNone() throws IOException {
    Set<Integer> found = new TreeSet<>();
    for (String line : Files.readAllLines(PAGE)) {
      var row = WEAKNESS.matcher(line);
      if (row.matches()) {
        found.add(Integer.valueOf(row.group(1)));
        boolean isTested = TEST.matcher(row.group(4)).find();
        assertThat(isTested || row.group(3).contains("Not yet")).as(line).isTrue();
      }
    }
    assertThat(found).isEqualTo(new TreeSet<>(WEAKNESSES));
  }

  @Test
  void itHasTheReasonsOfTheScriptsAndNoOthers() throws IOException {
    Set<String> given = new TreeSet<>();
    for (Path script : files(RESOURCES, ".txt")) {
      for (String line : Files.readAllLines(script)) {
        if (line.startsWith("  differs: ")) {
          given.add(line.substring("  differs: ".length()));
        }
      }
    }
    String page = Files.readString(PAGE);
    String table = page.substring(page.indexOf("## What etcdctl"), page.indexOf("## Where etcd"));
    Set<String> explained = new TreeSet<>();
    table
        .lines()
        .map(REASON::matcher)
        .filter(row -> row.matches() && !row.group(1).equals("in the scripts"))
        .forEach(row -> explained.add(row.group(1)));
    assertThat(explained).isEqualTo(given).isNotEmpty();
  }
}
