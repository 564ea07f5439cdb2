package io.balsa.examples.bench.report;

import io.balsa.examples.bench.measure.Machine;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all benchmarks share: their options, and the report, which begins with the machine that it is made on. */
@Command(usageHelpWidth = 110, mixinStandardHelpOptions = true)
public abstract class BenchCommand implements Callable<Integer> {
  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Appends one JSON object per result to this file.")
  private @Nullable Path json;

  @Option(
      names = "--quick",
      description = "Short rounds and few cases: to see that it works, not to quote.")
  private boolean quick;

  @Spec private CommandSpec command = CommandSpec.create();

  protected BenchCommand() {}

  /** Measures, and tells the report what came out. */
  protected abstract void measure(Report report);

  protected final boolean isQuick() {
    return quick;
  }

  /** What the user gave; else the one default or the other. */
  protected final <T> T chosen(@Nullable T given, T quickly, T fully) {
    return given != null ? given : quick ? quickly : fully;
  }

  @Override
  public final Integer call() {
    try (Report report =
        new Report(
            command.name(), command.commandLine().getOut(), command.commandLine().getErr(), json)) {
      report.say(Machine.describe());
      measure(report);
      return 0;
    }
  }
}
