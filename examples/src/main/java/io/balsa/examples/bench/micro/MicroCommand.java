package io.balsa.examples.bench.micro;

import io.balsa.examples.bench.report.BenchCommand;
import io.balsa.examples.bench.report.Column;
import io.balsa.examples.bench.report.Report;
import io.balsa.examples.bench.report.Row;
import io.balsa.examples.process.ExampleException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bench micro}: the hot paths one by one. */
@Command(
    name = "micro",
    description = {
      "JMH benchmarks of the hot paths, on one thread each: the protocol's core, the wire format, the log stores, the store's state,"
          + " watching. They tell where a change made something slower, not how fast a cluster is."
    },
    footerHeading = "%nFigures:%n",
    footer = {
      "  US/OP   microseconds per command, entry, put or key; ± half the width of the 99.9 %% confidence interval",
      "  B/OP    bytes allocated on the heap per operation"
    })
public final class MicroCommand extends BenchCommand {
  /** What JMH's profiler of collections calls it. */
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private static final List<Column> COLUMNS =
      List.of(
          Column.text("benchmark", "BENCHMARK", 34),
          Column.number("microsPerOperation", "US/OP", 3),
          Column.number("error", "±", 3),
          Column.number("bytesPerOperation", "B/OP", 0));

  @Parameters(
      arity = "0..1",
      paramLabel = "REGEX",
      description = "Which benchmarks: all whose names it is found in.")
  private String pattern = ".*";

  @Option(names = "--iterations", paramLabel = "N", description = "Of a second each (5; quick 1).")
  private @Nullable Integer iterations;

  public MicroCommand() {}

  @Override
  protected void measure(Report report) {
    report.progress("running the benchmarks of " + pattern);
    try {
      ChainedOptionsBuilder chosen =
          new OptionsBuilder()
              .include("io[.]balsa[.]examples[.]bench[.]micro[.].*" + pattern)
              .forks(1)
              .shouldFailOnError(true)
              .addProfiler(GCProfiler.class)
              .jvmArgs("-Xmx1g", "-Dlogback.configurationFile=io/balsa/examples/logback.xml")
              .verbosity(VerboseMode.SILENT);
      TimeValue time = isQuick() ? TimeValue.milliseconds(200) : TimeValue.seconds(1);
      chosen
          .warmupIterations(isQuick() ? 1 : 5)
          .warmupTime(time)
          .measurementIterations(chosen(iterations, 1, 5))
          .measurementTime(time);
      var results = new Runner(chosen.build()).run();
      if (results.isEmpty()) {
        throw new ExampleException("no benchmark is called like " + pattern);
      }
      report.begin(COLUMNS);
      results.forEach(result -> report.add(row(result)));
    } catch (RunnerException e) {
      throw new ExampleException("a benchmark failed: " + e.getMessage(), e);
    }
  }

  private static Row row(RunResult result) {
    String name = result.getParams().getBenchmark();
    String parameters =
        result.getParams().getParamsKeys().stream()
            .map(key -> " " + result.getParams().getParam(key))
            .reduce("", String::concat);
    Row row =
        new Row()
            .with(
                "benchmark",
                name.substring(MicroCommand.class.getPackageName().length() + 1)
                        .replace("Benchmark", "")
                    + parameters)
            .with("microsPerOperation", result.getPrimaryResult().getScore())
            .with("error", result.getPrimaryResult().getScoreError());
    Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
    if (allocated != null) {
      row.with("bytesPerOperation", allocated.getScore());
    }
    return row;
  }
}
