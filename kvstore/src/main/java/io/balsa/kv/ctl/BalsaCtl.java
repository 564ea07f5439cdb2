package io.balsa.kv.ctl;

import io.balsa.kv.server.RestoreException;
import io.balsa.raft.model.StorageException;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command line of {@code balsactl}. */
@Command(
    name = "balsactl",
    description = "Saves and restores a cluster's data, and looks into a stopped member's log.",
    mixinStandardHelpOptions = true,
    version = "Balsa 0.1.0-SNAPSHOT",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {SnapshotCommand.class, LogCommand.class, HelpCommand.class},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done; what was to be verified is in order",
      "1:refused, failed or found damaged; one line on stderr says why",
      "2:a command line that can't be understood"
    },
    footer = {"", "For keys, leases, users and members use etcdctl: a member speaks its API."})
public final class BalsaCtl {
  static final int DONE = 0;
  static final int FAILED = 1;

  private BalsaCtl() {}

  public static void main(String[] args) {
    if (System.getProperty("logback.configurationFile") == null) {
      System.setProperty("logback.configurationFile", "logback-balsa.xml");
    }
    System.setProperty("balsa.log.level", System.getProperty("balsa.log.level", "error"));
    System.exit(commandLine().execute(args));
  }

  /** Runs one command line and returns its exit code. */
  public static int execute(PrintWriter out, PrintWriter err, String... args) {
    return commandLine().setOut(out).setErr(err).execute(args);
  }

  private static CommandLine commandLine() {
    CommandLine line = new CommandLine(new BalsaCtl());
    line.setExecutionExceptionHandler(
        (exception, command, parsed) -> {
          command.getErr().println("balsactl: " + describe(exception));
          return FAILED;
        });
    return line;
  }

  /** One line. What isn't one of these is a bug, and its trace is worth more than a line. */
  private static String describe(Exception exception) throws Exception {
    if (exception instanceof CtlException
        || exception instanceof RestoreException
        || exception instanceof StorageException) {
      return String.valueOf(exception.getMessage());
    }
    if (exception instanceof StatusRuntimeException refused) {
      return refused.getStatus().getCode() + ": " + refused.getStatus().getDescription();
    }
    if (exception instanceof java.nio.file.FileSystemException file) {
      return file.getClass().getSimpleName() + ": " + file.getMessage();
    }
    if (exception instanceof IOException) {
      return String.valueOf(exception.getMessage());
    }
    throw exception;
  }
}
