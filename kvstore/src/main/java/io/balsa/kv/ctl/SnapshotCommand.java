package io.balsa.kv.ctl;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** {@code balsactl snapshot}. */
@Command(
    name = "snapshot",
    description = "Saves a cluster's data into a file, and makes a new cluster of it.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      SnapshotSaveCommand.class,
      SnapshotStatusCommand.class,
      SnapshotRestoreCommand.class,
      HelpCommand.class
    })
final class SnapshotCommand {}
