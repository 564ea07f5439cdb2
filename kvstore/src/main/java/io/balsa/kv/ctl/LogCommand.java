package io.balsa.kv.ctl;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** {@code balsactl log}. */
@Command(
    name = "log",
    description = "Looks into the Raft log of a member that is stopped.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      LogVerifyCommand.class,
      LogDumpCommand.class,
      LogRepairCommand.class,
      HelpCommand.class
    },
    footer = {"", "DIR is a member's data directory, or a log's own. Both kinds of log are read."})
final class LogCommand {}
