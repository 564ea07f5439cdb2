package io.balsa.kv.ctl;

import io.balsa.kv.backup.SnapshotArchive;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.StateFiles;
import io.balsa.kv.state.store.FileTree;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code balsactl snapshot status}. */
@Command(
    name = "status",
    description =
        "Verifies a saved snapshot from its first to its last byte, and says what is in it.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "HASH is what 'etcdctl endpoint hashkv' answers for the same revision. TOTAL KEYS counts keys that exist, without",
      "their history. The database in the file is unpacked for as long as the command runs: that takes as much room again."
    })
final class SnapshotStatusCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "The snapshot.")
  private Path file = Path.of("");

  @Option(
      names = "--work-dir",
      paramLabel = "DIR",
      description = "Where to unpack the database; by default beside FILE.")
  private Optional<Path> workDir = Optional.empty();

  @Mixin private Output output = new Output();

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    try (SnapshotArchive archive = SnapshotArchive.open(file)) {
      print(archive, summary(archive));
    }
    return BalsaCtl.DONE;
  }

  private StateFiles.Summary summary(SnapshotArchive archive) throws IOException {
    Path beside = workDir.orElse(file.toAbsolutePath().getParent());
    Path unpacked = Files.createTempDirectory(beside, file.getFileName() + ".unpacked-");
    try {
      StateFiles.create(unpacked, archive::extractDatabase);
      return StateFiles.summary(unpacked, KvStateConfig.DEFAULT);
    } finally {
      FileTree.delete(unpacked);
    }
  }

  private void print(SnapshotArchive archive, StateFiles.Summary summary) throws IOException {
    PrintWriter out = command.commandLine().getOut();
    if (output.isJson()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("hash", Integer.toUnsignedLong(summary.hash()));
      fields.put("revision", summary.revision());
      fields.put("totalKey", summary.keys());
      fields.put("totalSize", archive.bytes());
      fields.put("version", archive.origin().version());
      fields.put("compactRevision", summary.compacted());
      fields.put("totalRows", summary.rows());
      fields.put("clusterId", Long.toHexString(archive.origin().clusterId()));
      fields.put("memberId", Long.toHexString(archive.origin().memberId()));
      fields.put("raftTerm", summary.applied().term());
      fields.put("raftIndex", summary.applied().index());
      fields.put("sha256", archive.hash());
      out.println(Output.json(fields));
      return;
    }
    Output.columns(
        out,
        List.of(
            List.of("HASH", "REVISION", "TOTAL KEYS", "TOTAL SIZE", "VERSION", "CLUSTER"),
            List.of(
                Integer.toHexString(summary.hash()),
                Long.toString(summary.revision()),
                Long.toString(summary.keys()),
                Output.bytes(archive.bytes()),
                archive.origin().version(),
                Long.toHexString(archive.origin().clusterId()))));
  }
}
