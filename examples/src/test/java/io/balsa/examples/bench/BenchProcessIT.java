package io.balsa.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.balsa.examples.process.FreePorts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every benchmark runs through, on next to nothing, and has figures to tell. */
class BenchProcessIT {
  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(strings = {"log", "raft", "kv", "failover", "recovery", "micro"})
  void helpSaysWhatTheFiguresMean(String command) {
    StringWriter help = new StringWriter();

    int status = BenchMain.execute(new PrintWriter(help), new PrintWriter(help), command, "--help");

    assertThat(status).isZero();
    assertThat(help.toString()).contains("Figures", "--json", "--quick");
    assertThat(help.toString().lines().filter(line -> line.startsWith("[picocli"))).isEmpty();
  }

  @Test
  void logStoresBesideTheRawDisk() throws IOException {
    List<JsonObject> lines = bench("log", "--bytes=16", "--in-flight=16", "--millis=20");

    assertThat(lines)
        .extracting(line -> line.get("target").getAsString())
        .containsExactly("raw growing", "raw allocated", "file log", "rocksdb log");
    assertThat(lines).allMatch(line -> positive(line, "entriesPerSecond"));
  }

  @Test
  void raftLibrariesAreCountedFlushing() throws IOException {
    List<JsonObject> lines =
        bench(
            "raft",
            "--systems=sofajraft,balsa-file,sofajraft",
            "--in-flight=16",
            "--seconds=0.3",
            "--warm-up=0.2");

    // Ours comes first, whoever is named first: the others are compared with it.
    assertThat(lines).hasSize(2);
    assertThat(lines)
        .allMatch(line -> positive(line, "perSecond") && positive(line, "flushesPerSecond"));
    assertThat(lines.get(1).has("oursPerSecond")).isTrue();
  }

  @Test
  void workloadsOfEveryKindAgainstTheStore() throws IOException {
    List<JsonObject> lines =
        bench(
            "kv",
            "--target=balsa",
            "--only=put,range,lease-keepalive,watch",
            "--clients=1,64,100",
            "--seconds=0.3",
            "--warm-up=0");

    assertThat(lines)
        .extracting(line -> line.get("workload").getAsString())
        .contains("put", "range", "lease-keepalive", "watch");
    assertThat(lines)
        .allMatch(line -> positive(line, "perSecond") && line.get("errors").getAsLong() == 0);
  }

  @Test
  void aLeaderIsKilledUnderLoad() throws IOException {
    List<JsonObject> lines = bench("failover", "--target=balsa", "--faults=kill", "--tries=1");

    assertThat(lines).hasSize(1).allMatch(line -> positive(line, "medianMillis"));
  }

  @Test
  void aMemberComesBack() throws IOException {
    List<JsonObject> lines = bench("recovery", "--target=balsa", "--keys=500");

    assertThat(lines)
        .hasSize(1)
        .allMatch(line -> positive(line, "readyMillis") && positive(line, "emptyMillis"));
  }

  @Test
  void hotPathsAreMeasured() throws IOException {
    List<JsonObject> lines = bench("micro", "CoreStep");

    assertThat(lines).hasSize(1).allMatch(line -> positive(line, "microsPerOperation"));
  }

  @Test
  void whatIsNotThereIsSaid() {
    StringWriter told = new StringWriter();

    int status =
        BenchMain.execute(new PrintWriter(told), new PrintWriter(told), "raft", "--systems=paxos");

    assertThat(status).isEqualTo(1);
    assertThat(told.toString()).contains("there is no paxos, only").contains("sofajraft");
  }

  @Test
  void whatFilesDontAllowIsSaid() {
    StringWriter told = new StringWriter();

    int status =
        BenchMain.execute(
            new PrintWriter(told), new PrintWriter(told), "log", "--quick", "--dir=/dev/null");

    assertThat(status).isEqualTo(1);
    assertThat(told.toString()).contains("bench: ").contains("/dev/null").doesNotContain("\tat ");
  }

  @Test
  void aServerThatIsntThereIsSaid() {
    StringWriter told = new StringWriter();
    int nobody = FreePorts.take(1).get(0);

    int status =
        BenchMain.execute(
            new PrintWriter(told),
            new PrintWriter(told),
            "kv",
            "--quick",
            "--target=127.0.0.1:" + nobody);

    assertThat(status).isEqualTo(1);
    assertThat(told.toString()).contains("bench: UNAVAILABLE").doesNotContain("\tat ");
  }

  private List<JsonObject> bench(String... args) throws IOException {
    Path json = temporary.resolve("results.json");
    List<String> line = new ArrayList<>(Arrays.asList(args));
    line.add("--quick");
    line.add("--json=" + json);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();

    int status =
        BenchMain.execute(new PrintWriter(out), new PrintWriter(err), line.toArray(String[]::new));

    assertThat(status).as("%s%s", out, err).isZero();
    return Files.readAllLines(json).stream()
        .map(text -> JsonParser.parseString(text).getAsJsonObject())
        .toList();
  }

  private static boolean positive(JsonObject line, String field) {
    return line.has(field) && line.get(field).getAsDouble() > 0;
  }
}
