package io.balsa.raft.file.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogAudit.Finding;
import io.balsa.raft.testkit.disk.MemoryDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** A log, looked at as an operator's tool does. */
final class AuditedLog {
  private AuditedLog() {}

  /** Whether an audit finds no damage, neither when it opens the log nor in any entry. It changes no file. */
  static boolean isSound(MemoryDisk disk, Path directory) throws IOException {
    Map<Path, Bytes> before = contents(disk);
    boolean sound;
    try (FileLogAudit audit = FileLogAudit.open(disk, directory)) {
      audit
          .groups()
          .forEach(
              (group, log) ->
                  assertThat(
                          audit.read(group, log.base().index() + 1, Long.MAX_VALUE, Long.MAX_VALUE))
                      .hasSize((int) (log.lastIndex() - log.base().index())));
      sound = audit.findings().stream().noneMatch(Finding::damage);
    } catch (StorageException refused) {
      sound = false;
    }
    assertThat(contents(disk)).as("looking changes nothing").isEqualTo(before);
    return sound;
  }

  /** What is in files; one that holds nothing yet may be made. */
  private static Map<Path, Bytes> contents(MemoryDisk disk) throws IOException {
    Map<Path, Bytes> contents = new TreeMap<>();
    for (Path file : disk.files()) {
      Bytes content = Bytes.wrap(disk.content(file));
      if (!content.isEmpty()) {
        contents.put(file, content);
      }
    }
    return contents;
  }
}
