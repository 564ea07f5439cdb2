package io.balsa.examples.bench;

import io.balsa.examples.bench.failover.FailoverCommand;
import io.balsa.examples.bench.kv.KvCommand;
import io.balsa.examples.bench.log.LogCommand;
import io.balsa.examples.bench.micro.MicroCommand;
import io.balsa.examples.bench.raft.RaftCommand;
import io.balsa.examples.bench.recovery.RecoveryCommand;
import io.balsa.examples.process.ExampleException;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command line of {@code examples/bin/bench}. Exits with 0, with 1 and a sentence, or with 2 and the usage. */
@Command(
    name = "bench",
    description = {
      "Measures Balsa on this machine, and in the same run what it is compared with. Absolute figures drift with"
          + " whatever else the host does; the ratios within one run hold, and CPU time per operation depends least on who else has"
          + " the CPU."
    },
    usageHelpWidth = 110,
    mixinStandardHelpOptions = true,
    version = "Balsa 0.1.0-SNAPSHOT",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      LogCommand.class,
      RaftCommand.class,
      KvCommand.class,
      FailoverCommand.class,
      RecoveryCommand.class,
      MicroCommand.class,
      HelpCommand.class
    },
    footer = {
      "",
      "Each command takes --quick for a quick look, and --json FILE for one line per result.",
      "docs/benchmarks.md says how to read the figures."
    })
public final class BenchMain {
  private BenchMain() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** Runs one command line and returns its exit code. */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    return commandLine().setOut(out).setErr(err).execute(args);
  }

  private static CommandLine commandLine() {
    CommandLine line = new CommandLine(new BenchMain());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (exception, command, parsed) -> {
          // The latter two are what files and servers do to us, and say so in a sentence too.
          if (exception instanceof ExampleException
              || exception instanceof UncheckedIOException
              || exception instanceof StatusRuntimeException) {
            command.getErr().println("bench: " + exception.getMessage());
            return 1;
          }
          throw exception;
        });
    return line;
  }
}
