package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.testkit.simulator.PlantedBug;
import io.balsa.raft.testkit.simulator.Reached;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/protocol}, {@code docs/DIVERGENCE.md} and {@code docs/recovery.md} to their word: every test that they name exists. */
final class TrapsTest {
  private static final Path DOCS = HouseRulesTest.ROOT.resolve("docs");
  private static final Path TRAPS_LIST = DOCS.resolve("protocol/traps.md");
  private static final Path TEST_RESOURCES =
      HouseRulesTest.ROOT.resolve("raft-core/src/test/resources");

  /** How many traps each letter has. */
  private static final Map<String, Integer> TRAPS =
      Map.of("V", 20, "L", 27, "R", 15, "M", 18, "S", 12, "D", 12, "T", 8);

  private static final Pattern ROW = Pattern.compile("^\\| ([A-Z]\\d+) \\| (.+) \\| (.+) \\|$");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern TEST = Pattern.compile("([A-Z]\\w*[a-z]\\w*)(?:#(\\w+))?");

  private static SortedMap<String, String> linesOfTraps() throws IOException {
    SortedMap<String, String> found = new TreeMap<>();
    for (String line : Files.readAllLines(TRAPS_LIST)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        assertThat(found.put(row.group(1), row.group(3))).as("%s twice", row.group(1)).isNull();
      }
    }
    return found;
  }

  private static List<String> code(String text) {
    return CODE.matcher(text).results().map(MatchResult::group).map(TrapsTest::unquoted).toList();
  }

  private static String unquoted(String code) {
    return code.substring(1, code.length() - 1);
  }

  @Test
  void everyTrapHasItsLine() throws IOException {
    Set<String> expected = new TreeSet<>();
    TRAPS.forEach(
        (letter, count) -> {
          for (int number = 1; number <= count; number++) {
            expected.add(letter + number);
          }
        });
    assertThat(linesOfTraps().keySet()).isEqualTo(expected).hasSize(112);
  }

  @Test
  void everyTrapIsTestedOrSaysWhyItCanNotApply() throws IOException {
    Set<String> untested = new TreeSet<>();
    linesOfTraps()
        .forEach(
            (trap, tests) -> {
              if (code(tests).isEmpty() && !tests.startsWith("Can't apply here: ")) {
                untested.add(trap);
              }
            });
    assertThat(untested).isEmpty();
  }

  @Test
  void everythingNamedExists() throws IOException {
    List<String> missing = new ArrayList<>();
    List<String> named = new ArrayList<>();
    linesOfTraps().values().forEach(tests -> named.addAll(code(tests)));
    for (String line : Files.readAllLines(DOCS.resolve("protocol/etcd-scripts.md"))) {
      if (line.startsWith("| `")) {
        named.addAll(code(line.substring(line.lastIndexOf(" | "))));
      }
    }
    for (String line : Files.readAllLines(DOCS.resolve("recovery.md"))) {
      if (line.startsWith("| ")) {
        named.addAll(code(line.substring(line.lastIndexOf(" | "))));
      }
    }
    for (String paragraph : Files.readString(DOCS.resolve("DIVERGENCE.md")).split("\n\n")) {
      String[] tests = paragraph.split("\\*Tests\\*:");
      named.addAll(code(tests.length > 1 ? tests[1] : ""));
    }
    for (String name : new TreeSet<>(named)) {
      if (!exists(name)) {
        missing.add(name);
      }
    }
    assertThat(named).hasSizeGreaterThan(200);
    assertThat(missing).isEmpty();
  }

  private static boolean exists(String name) throws IOException {
    if (name.endsWith(".txt")) {
      return Files.exists(TEST_RESOURCES.resolve("scenarios").resolve(name));
    }
    Matcher test = TEST.matcher(name);
    return test.matches() ? isTest(test) : isBugOrFault(name);
  }

  private static boolean isTest(Matcher test) throws IOException {
    for (Path file : HouseRulesTest.files("/" + test.group(1) + ".java")) {
      boolean isTestFile = file.toString().contains("/src/test/java/");
      String text = Files.readString(file);
      if (isTestFile && (test.group(2) == null || text.contains("void " + test.group(2) + "("))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isBugOrFault(String name) throws IOException {
    return Files.readAllLines(TEST_RESOURCES.resolve("zoo/core-bugs.txt")).contains("=== " + name)
        || Arrays.stream(PlantedBug.values()).anyMatch(bug -> bug.name().equals(name))
        || Arrays.stream(Reached.values()).anyMatch(fault -> fault.name().equals(name));
  }
}
