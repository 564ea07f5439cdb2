package io.balsa.examples.bench.report;

import io.balsa.examples.bench.measure.Machine;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of every benchmark. */
public final class ReportOptions {
  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Appends one JSON object per result to this file.")
  private @Nullable Path json;

  @Option(
      names = "--quick",
      description = "Short rounds and few cases: to see that it works, not to quote.")
  private boolean quick;

  public boolean isQuick() {
    return quick;
  }

  /** Opens the report and says on what machine it is made. */
  public Report open(CommandSpec command) {
    Report report =
        new Report(
            command.name(), command.commandLine().getOut(), command.commandLine().getErr(), json);
    report.say(Machine.describe());
    return report;
  }
}
