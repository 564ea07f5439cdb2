package io.balsa.examples.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One result, told to people and to programs. */
class ReportTest {
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("system", "SYSTEM", 8),
          Column.number("perSecond", "PER SECOND", 1),
          Column.number("ratio", "×", 2));

  @TempDir Path temporary;

  @Test
  void aResultIsALineOfTheTableAndALineOfJson() throws IOException {
    StringWriter told = new StringWriter();
    Path json = temporary.resolve("results.json");

    try (Report report =
        new Report("raft", new PrintWriter(told), new PrintWriter(new StringWriter()), json)) {
      report.begin(COLUMNS);
      report.add(new Row().with("system", "balsa").with("perSecond", 12_345.67).with("more", 1L));
    }

    assertThat(told.toString().lines())
        .containsExactly("", "SYSTEM    PER SECOND        ×", "balsa       12,345.7        -");
    JsonObject line = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    assertThat(line.get("bench").getAsString()).isEqualTo("raft");
    assertThat(line.get("perSecond").getAsDouble()).isEqualTo(12_345.67);
    assertThat(line.get("more").getAsLong()).isEqualTo(1);
    assertThat(line.has("ratio")).isFalse();
  }

  @Test
  void roundsComeToTheirMedians() {
    Row medians =
        Ratios.medians(
            List.of(
                new Row().with("a", 3.0).with("b", 1.0),
                new Row().with("a", 1.0).with("b", 2.0),
                new Row().with("a", 100.0)));

    assertThat(medians.figure("a")).hasValue(3);
    assertThat(medians.figure("b")).hasValue(1.5);
  }

  @Test
  void aRatioNeedsBothFigures() {
    Row ours = new Row().with("a", 6.0).with("b", 1.0);
    Row theirs = new Row().with("a", 4.0).with("c", 1.0).with("zero", 0.0);

    assertThat(Ratios.of(ours, theirs, "a")).hasValue(1.5);
    assertThat(Ratios.of(ours, theirs, "b")).isEmpty();
    assertThat(Ratios.of(ours, theirs, "c")).isEmpty();
  }
}
