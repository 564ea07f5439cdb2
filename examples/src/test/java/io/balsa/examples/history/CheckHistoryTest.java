package io.balsa.examples.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What check-history prints, and with which code it ends. */
final class CheckHistoryTest {
  private static final String WRITE =
      """
      {:process 0, :type :invoke, :f :write, :value 1}
      {:process 0, :type :ok, :f :write, :value 1}
      """;

  @TempDir private Path directory = Path.of("");

  private record Ended(int code, String out, String err) {}

  private static Ended run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = CheckHistoryMain.execute(new PrintWriter(out), new PrintWriter(err), args);
    return new Ended(code, out.toString(), err.toString());
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  private static String read(String value) {
    return "{:process 1, :type :invoke, :f :read, :value nil}\n{:process 1, :type :ok, :f :read, :value "
        + value
        + "}\n";
  }

  @Test
  void aVerdictForEachFile() throws IOException {
    String valid = file("valid.edn", WRITE + read("1"));
    String invalid = file("invalid.edn", WRITE + read("2"));
    Ended all = run("--model", "register", valid, valid);
    assertThat(all).isEqualTo(new Ended(0, valid + "\tvalid\n" + valid + "\tvalid\n", ""));
    Ended some = run("--model", "register", valid, invalid);
    assertThat(some.code()).isEqualTo(1);
    assertThat(some.out()).isEqualTo(valid + "\tvalid\n" + invalid + "\tinvalid\n");
    assertThat(some.err()).contains("the first 4 events", "read 2", "lines 3-4");
  }

  @Test
  void outOfTimeIsUnknown() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 2_000; i++) {
      text.append("{:process ")
          .append(i + 2) // the reader below is 1
          .append(", :type :invoke, :f :write, :value ")
          .append(i % 40)
          .append("}\n");
    }
    text.append(read("41"));
    for (int i = 0; i < 40; i++) {
      text.append(read(Integer.toString(i)));
    }
    String file = file("long.edn", text.toString());
    Ended ended = run("--model", "register", "--timeout", "0.001", file);
    assertThat(ended.out()).isEqualTo(file + "\tunknown\n");
    assertThat(ended.code()).isEqualTo(2);
  }

  @Test
  void whatCantBeReadIsToldWithItsLine() throws IOException {
    String valid = file("valid.edn", WRITE);
    String broken = file("broken.edn", WRITE + "{:process 0, :type :ok, :f :write, :value 1}\n");
    Ended ended = run("--model", "register", broken, valid, directory + "/none.edn");
    assertThat(ended.code()).isEqualTo(3);
    assertThat(ended.out()).isEqualTo(valid + "\tvalid\n");
    assertThat(ended.err())
        .contains(broken + ":3: process 0 completes :write, but has invoked nothing")
        .contains("/none.edn: there is no such file");
  }

  @Test
  void initialValuesAndKeysByOptions() throws IOException {
    String file = file("history.edn", read("7"));
    assertThat(run("--model", "register", file).code()).isEqualTo(1);
    assertThat(run("--model", "register", "--initial", "7", file).code()).isZero();
    String keyed =
        file(
            "keyed.edn",
            """
            {:process 0, :type :invoke, :f :write, :value [:x 1]}
            {:process 0, :type :ok, :f :write, :value [:x 1]}
            {:process 1, :type :invoke, :f :read, :value [:y nil]}
            {:process 1, :type :ok, :f :read, :value [:y nil]}
            """);
    assertThat(run("--model", "register", "--independent", keyed).code()).isZero();
    assertThat(run("--model", "register", "--independent", file).code()).isEqualTo(3);
  }

  @Test
  void aReportIsAPageByItself() throws IOException {
    String invalid = file("invalid.edn", WRITE + read("2"));
    Path pages = directory.resolve("pages");
    assertThat(run("--model", "register", "--report", pages.toString(), invalid, invalid).code())
        .isEqualTo(1);
    String page = Files.readString(pages.resolve("invalid.edn.html"));
    assertThat(page)
        .startsWith("<!DOCTYPE html>")
        .contains("<svg", "read 2")
        .doesNotContain("src=", "href=");
    assertThat(pages.resolve("invalid.edn-2.html")).exists();
  }

  @Test
  void wrongUsageHasACodeOfItsOwn() {
    assertThat(run("--model", "queue", "x.edn").code()).isEqualTo(64);
    assertThat(run("--model", "mutex", "--initial", "1", "x.edn").code()).isEqualTo(64);
    assertThat(run("--model", "register").code()).isEqualTo(64);
    assertThat(run("--help").out()).contains("--independent", "--timeout", "--report");
  }
}
