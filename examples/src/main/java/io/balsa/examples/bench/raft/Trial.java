package io.balsa.examples.bench.raft;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.balsa.examples.bench.raft.trial.TrialMain;
import io.balsa.examples.bench.report.Report;
import io.balsa.examples.bench.report.Row;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.FreePorts;
import io.balsa.examples.process.Trees;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The run of one library, in a JVM of its own. */
final class Trial {
  private static final Gson GSON = new Gson();
  private static final int NODES = 3;
  private static final int WORDS_SHOWN = 2_000;

  /** The same for all libraries, so that their collectors compete on equal terms. */
  private static final List<String> JVM_OPTIONS =
      List.of(
          "-Xms1g",
          "-Xmx2g",
          "-XX:+UseParallelGC",
          // What libraries that are older than the module system reach for.
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "-Dlogback.configurationFile=io/balsa/examples/logback.xml");

  /** What is measured: every payload with every number in flight. Immutable. */
  record Plan(
      List<Integer> payloads, List<Integer> inFlight, long warmUpMillis, long millis, int rounds) {}

  private final Contender contender;
  private final Path dist;
  private final Path root;
  private final List<String> jvmOptions;

  Trial(Contender contender, Path dist, Path root, List<String> jvmOptions) {
    this.contender = contender;
    this.dist = dist;
    this.root = root;
    this.jvmOptions = List.copyOf(jvmOptions);
  }

  /**
   * Returns one row per case and round.
   *
   * @throws ExampleException with the JVM's last words if it fails
   */
  List<Row> run(Report report, Plan plan) {
    Path dir = Trees.create(root.resolve(contender.option()));
    Path errors = dir.resolve("stderr");
    List<Row> rows = new ArrayList<>();
    try {
      Process process =
          new ProcessBuilder(command(dir, plan)).redirectError(errors.toFile()).start();
      Thread lastResort = new Thread(process::destroyForcibly, "end-trial");
      Runtime.getRuntime().addShutdownHook(lastResort);
      try {
        listen(process, report, rows);
      } finally {
        process.destroyForcibly();
        Runtime.getRuntime().removeShutdownHook(lastResort);
      }
      if (process.waitFor() != 0) {
        String words = Files.readString(errors);
        throw new ExampleException(
            contender.option()
                + " failed: "
                + words.substring(Math.max(0, words.length() - WORDS_SHOWN)));
      }
      return rows;
    } catch (IOException e) {
      throw new ExampleException("can't run " + contender.option() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExampleException("interrupted", e);
    } finally {
      Trees.delete(dir);
    }
  }

  /** Until it has nothing more to say. */
  private void listen(Process process, Report report, List<Row> rows)
      throws IOException, InterruptedException {
    try (var out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith(TrialMain.ROW)) {
          JsonObject fields = GSON.fromJson(line, JsonObject.class);
          rows.add(row(fields));
          if (fields.has("firstError")) {
            report.say(contender.option() + " failed, first with: " + fields.get("firstError"));
          }
        } else {
          report.progress(contender.option() + line.replaceFirst("^#", ":"));
        }
      }
    }
    int status = process.waitFor();
    report.progress(contender.option() + " ended with " + status);
  }

  private static Row row(JsonObject fields) {
    Row row = new Row();
    fields
        .entrySet()
        .forEach(
            field -> {
              var value = field.getValue().getAsJsonPrimitive();
              if (value.isNumber()) {
                row.with(field.getKey(), value.getAsDouble());
              } else {
                row.with(field.getKey(), value.getAsString());
              }
            });
    return row;
  }

  private List<String> command(Path dir, Plan plan) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_OPTIONS);
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(String.join(":", contender.classPath(dist)));
    command.add(TrialMain.class.getName());
    command.add(contender.option());
    command.add(dir.toString());
    command.add(commas(FreePorts.take(NODES)));
    command.add(commas(plan.payloads()));
    command.add(commas(plan.inFlight()));
    command.add(Long.toString(plan.warmUpMillis()));
    command.add(Long.toString(plan.millis()));
    command.add(Integer.toString(plan.rounds()));
    return command;
  }

  private static String commas(List<Integer> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
