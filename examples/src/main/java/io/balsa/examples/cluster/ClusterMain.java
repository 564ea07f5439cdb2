package io.balsa.examples.cluster;

import io.balsa.examples.process.ExampleException;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command line of {@code examples/bin/cluster}. Exits with 0, with 1 and a sentence, or with 2 and the usage. */
@Command(
    name = "cluster",
    description = "Starts, stops and hurts a Balsa cluster on this machine.",
    mixinStandardHelpOptions = true,
    version = "Balsa 0.1.0-SNAPSHOT",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      StatusCommand.class,
      KillCommand.class,
      StopCommand.class,
      StartCommand.class,
      PauseCommand.class,
      ResumeCommand.class,
      AddCommand.class,
      PromoteCommand.class,
      RemoveCommand.class,
      DownCommand.class,
      HelpCommand.class
    },
    footer = {
      "",
      "The members' state, data and logs are kept in .balsa/cluster under the repository's root, or in --dir.",
      "BALSA_SERVER names another server to run; it must take etcd's flags."
    })
public final class ClusterMain {
  private ClusterMain() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(nameServerFlags(args)));
  }

  /** Runs one command line and returns its exit code. */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    return commandLine().setOut(out).setErr(err).execute(nameServerFlags(args));
  }

  private static CommandLine commandLine() {
    CommandLine line = new CommandLine(new ClusterMain());
    line.setExecutionExceptionHandler(
        (exception, command, parsed) -> {
          if (exception instanceof ExampleException
              || exception instanceof StatusRuntimeException) {
            command.getErr().println("cluster: " + exception.getMessage());
            return 1;
          }
          throw exception;
        });
    return line;
  }

  /**
   * What follows a lone {@code --} is for the server. Picocli would take it for the command's own parameters, so it goes in
   * as values of an option.
   */
  private static String[] nameServerFlags(String[] args) {
    int end = Arrays.asList(args).indexOf("--");
    if (end < 0) {
      return args;
    }
    return Stream.concat(
            Arrays.stream(args, 0, end),
            Arrays.stream(args, end + 1, args.length).map(flag -> "--server-flag=" + flag))
        .toArray(String[]::new);
  }
}
