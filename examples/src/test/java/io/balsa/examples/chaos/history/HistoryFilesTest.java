package io.balsa.examples.chaos.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.chaos.history.Completion.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a history looks like on disk. */
final class HistoryFilesTest {
  @TempDir private Path dir;

  private static Map<Keyword, Object> key(String name) {
    Map<Keyword, Object> value = new LinkedHashMap<>();
    value.put(Keyword.of("key"), name);
    return value;
  }

  @Test
  void eventsAreInTheirOrderOnceAsEdnAndOnceAsJson() throws IOException {
    Recorder recorder = new Recorder();
    Operation first = recorder.begin(0, "get", key("a\"b"), "");
    Operation second = recorder.begin(1, "txn", Arrays.asList(Keyword.of("get"), "k", null), "");
    recorder.end(second, Type.INFO, List.of(), null, "no answer");
    recorder.end(first, Type.OK, Keyword.of("absent"), "", "");
    HistoryFiles.write(dir, "h", recorder.operations());
    assertThat(Files.readAllLines(dir.resolve("h.edn")).stream().map(HistoryFilesTest::untimed))
        .containsExactly(
            "{:process 0, :type :invoke, :f :get, :value {:key \"a\\\"b\"}, :time T}",
            "{:process 1, :type :invoke, :f :txn, :value [:get \"k\" nil], :time T}",
            "{:process 1, :type :info, :f :txn, :value [], :time T, :error \"no answer\"}",
            "{:process 0, :type :ok, :f :get, :value :absent, :time T}");
    assertThat(Files.readAllLines(dir.resolve("h.jsonl")).get(1))
        .startsWith(
            "{\"process\":1,\"type\":\"invoke\",\"f\":\"txn\",\"value\":[\":get\",\"k\",null],");
  }

  private static String untimed(String line) {
    return line.replaceAll(":time \\d+", ":time T");
  }

  @Test
  void aGapIsTheLongestTimeWithoutASuccess() {
    Recorder recorder = new Recorder();
    recorder.phase("one");
    recorder.end(recorder.begin(0, "get", null, ""), Type.OK, null, "", "");
    recorder.end(recorder.begin(0, "get", null, ""), Type.FAIL, null, null, "no");
    recorder.phase("two");
    Recorder.Tally one = Objects.requireNonNull(recorder.tallies().get("one"));
    assertThat(one.ok()).isEqualTo(1);
    assertThat(one.fail()).isEqualTo(1);
    assertThat(one.gapNanos()).isPositive().isLessThanOrEqualTo(one.nanos());
    assertThat(recorder.tallies()).containsKey("two");
  }
}
