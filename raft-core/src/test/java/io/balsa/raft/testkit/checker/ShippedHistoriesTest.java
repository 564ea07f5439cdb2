package io.balsa.raft.testkit.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The histories in {@code src/test/resources/histories}: each file's folder says what it has to be judged. */
final class ShippedHistoriesTest {
  private static final Path HISTORIES = Path.of("src/test/resources/histories");
  private static final Limits LIMITS = Limits.within(Duration.ofMinutes(2));

  @TestFactory
  Stream<DynamicTest> eachIsJudgedAsItsFolderSays() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Model.Kind kind : Model.Kind.values()) {
      for (String verdict : List.of("valid", "invalid")) {
        for (Path file : files(HISTORIES.resolve(kind.label()).resolve(verdict))) {
          tests.add(
              DynamicTest.dynamicTest(
                  HISTORIES.relativize(file).toString(),
                  () ->
                      assertThat(LinearizabilityChecker.check(Model.of(kind), file, LIMITS).word())
                          .isEqualTo(verdict)));
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(60);
    return tests.stream();
  }

  /** The first line of each is a comment that says what is wrong, and in which line. */
  @TestFactory
  Stream<DynamicTest> whatCantBeReadIsRefusedWithItsLine() throws IOException {
    return files(HISTORIES.resolve("malformed")).stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> refused(file)));
  }

  private static void refused(Path file) throws IOException {
    // register-5-what_is_wrong.edn: the model, and the line
    String[] name = file.getFileName().toString().split("_")[0].split("-line-");
    Model model = Model.of(Model.Kind.of(name[0]).orElseThrow());
    assertThatThrownBy(() -> LinearizabilityChecker.check(model, file, LIMITS))
        .isInstanceOfSatisfying(
            HistoryFormatException.class,
            e -> {
              assertThat(e.line()).hasValue(Integer.parseInt(name[1]));
              assertThat(e.reason()).isNotBlank();
            });
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.sorted().toList();
    }
  }

  /** Both formats say the same, as files and in memory. */
  @Test
  void aHistoryIsTheSameInBothFormats(@TempDir Path directory) throws IOException {
    HistoryMaker.Shape shape = new HistoryMaker.Shape(12, 3, 0.05, 0.05, 2, 0, 1);
    for (SequentialModel model : SequentialModel.values()) {
      for (int seed = 0; seed < 10; seed++) {
        var random = new java.util.SplittableRandom(seed);
        List<Event> history = HistoryMaker.make(model, shape, random);
        List<Event> judged = seed % 2 == 0 ? history : HistoryMaker.spoil(history, random);
        Path edn = directory.resolve("history.edn");
        Path json = directory.resolve("history.jsonl");
        HistoryFile.write(edn, judged);
        HistoryFile.write(json, judged);
        Model of = Model.of(model.kind);
        String word = LinearizabilityChecker.check(of, judged, LIMITS).word();
        assertThat(LinearizabilityChecker.check(of, edn, LIMITS).word()).isEqualTo(word);
        assertThat(LinearizabilityChecker.check(of, json, LIMITS).word()).isEqualTo(word);
      }
    }
  }
}
