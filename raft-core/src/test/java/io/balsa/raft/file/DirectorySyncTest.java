package io.balsa.raft.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.file.log.FileLogStore;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.SnapshotStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A name is durable when its directory is (trap D1). No crash that a test can make takes away what the page cache holds, so
 * this watches the calls themselves, which the JVM's flight recorder notes.
 */
final class DirectorySyncTest {
  private static final GroupId GROUP = GroupId.ONLY;
  private static final int SEGMENT_BYTES = 4 << 10;

  @TempDir Path root;

  private interface Work {
    void run() throws Exception;
  }

  /** What was forced to the disk meanwhile, in order. */
  private List<String> forced(Work work) throws Exception {
    Path dump = root.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.FileForce").withThreshold(Duration.ZERO).withoutStackTrace();
      recording.start();
      work.run();
      recording.stop();
      recording.dump(dump);
    }
    List<RecordedEvent> events = new ArrayList<>(RecordingFile.readAllEvents(dump));
    events.sort((a, b) -> a.getStartTime().compareTo(b.getStartTime()));
    return events.stream().map(event -> String.valueOf(event.getString("path"))).toList();
  }

  @Test
  void aNewLogsNameIsDurable() throws Exception {
    Path log = root.resolve("log");
    assertThat(forced(() -> FileLogStore.at(log, SEGMENT_BYTES).close()))
        .contains(log.toString())
        .anyMatch(path -> Path.of(path).normalize().equals(root));
  }

  /** And its parents', where they are new, too: a name is lost with the one above it. */
  @Test
  void theNamesOfNewDirectoriesAreDurable() throws Exception {
    Path log = root.resolve("data/member/log");
    assertThat(forced(() -> FileLogStore.at(log, SEGMENT_BYTES).close()))
        .contains(
            root.toString(),
            root.resolve("data").toString(),
            root.resolve("data/member").toString());
    Path snapshots = root.resolve("data/member/snapshots");
    assertThat(forced(() -> FileSnapshotStore.at(snapshots).close()))
        .contains(root.resolve("data/member").toString());
  }

  @Test
  void aNewSegmentsNameIsDurable() throws Exception {
    Path log = root.resolve("log");
    try (FileLogStore store = FileLogStore.at(log, SEGMENT_BYTES)) {
      store.open(GROUP);
      int before = segments(log);
      List<String> forced =
          forced(
              () -> {
                for (long index = 1; segments(log) == before; index++) {
                  append(store, index);
                }
              });
      assertThat(forced).contains(log.toString());
    }
  }

  @Test
  void aSnapshotsNameIsDurable() throws Exception {
    Path directory = root.resolve("snapshots");
    try (SnapshotStore store = FileSnapshotStore.at(directory)) {
      List<String> forced =
          forced(
              () -> {
                try (SnapshotStore.Writer writer =
                    store.create(GROUP, new SnapshotMeta(new EntryId(1, 5), noMembership()))) {
                  writer.write(Bytes.utf8("state"));
                  writer.commit();
                }
              });
      assertThat(forced).endsWith(directory.toString());
    }
  }

  private static io.balsa.raft.model.MembershipEntry noMembership() {
    return SnapshotMeta.NONE.membership();
  }

  private static int segments(Path log) throws IOException {
    try (Stream<Path> files = Files.list(log)) {
      return (int) files.filter(file -> file.toString().endsWith(".log")).count();
    }
  }

  private static void append(FileLogStore store, long index) {
    Entry entry = Entry.command(new EntryId(1, index), Bytes.utf8("x".repeat(200)));
    Optional<HardState> hardState = Optional.of(new HardState(1, Optional.empty()));
    store.persist(
        List.of(new PersistBatch(GROUP, index, hardState, Optional.empty(), List.of(entry))));
  }
}
