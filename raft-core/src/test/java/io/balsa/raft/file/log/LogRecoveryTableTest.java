package io.balsa.raft.file.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.testkit.disk.MemoryDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Rows of the tables of {@link LogRecovery} and {@code FormatFile}; {@link FileLogStoreTest} has the others. */
final class LogRecoveryTableTest {
  private static final GroupId GROUP = GroupId.of(7);
  private static final Path DIRECTORY = Path.of("/member/log");
  private static final Path STORE = DIRECTORY.resolve("store");
  private static final Path STORE_NEW = DIRECTORY.resolve("store.new");
  private static final Path TAIL = DIRECTORY.resolve("tail");
  private static final Path FIRST = DIRECTORY.resolve("0000000000000001.log");
  private static final long SEGMENT_BYTES = 4 << 10;

  private MemoryDisk disk = new MemoryDisk();

  @Test
  void rowAWholeSegmentsAreReadInOrder() throws Exception {
    write(1, 40);
    assertThat(disk.files()).contains(DIRECTORY.resolve("0000000000000004.log"));
    assertHolds(40);
  }

  @Test
  void rowBTheLogGoesOnWhereZerosFollow() throws Exception {
    write(1, 3);
    write(4, 6);
    assertHolds(6);
    assertThat(disk.files().stream().filter(file -> file.toString().endsWith(".log"))).hasSize(1);
  }

  /** The head was durable before the file had its name: without it, a log that was compacted would begin anew, with no vote. */
  @Test
  void rowDDamageToTheHeadOfTheOnlySegmentIsRefusedAlsoWithoutTheTailMark() throws Exception {
    try (FileLogStore store = write(1, 40)) {
      store.compact(GROUP, new SnapshotMeta(new EntryId(1, 40), SnapshotMeta.NONE.membership()));
      appendOne(store, 41);
      store.compact(GROUP, new SnapshotMeta(new EntryId(1, 41), SnapshotMeta.NONE.membership()));
    }
    Path only = onlySegment();
    disk.remove(TAIL);
    byte[] head = Arrays.copyOf(disk.content(only), (int) SEGMENT_BYTES);
    Arrays.fill(head, Segment.HEADER_BYTES + 60, head.length, (byte) 0);
    disk.replace(only, head);
    assertRefused(only + " is damaged at offset " + Segment.HEADER_BYTES);
  }

  @Test
  void rowGALogWithoutAnySegmentIsNotANewOne() throws Exception {
    write(1, 1);
    disk.remove(FIRST);
    disk.remove(TAIL);
    assertRefused("is missing");
  }

  @Test
  void rowKAnEmptyDirectoryOrATornBeginningIsANewLog() throws Exception {
    assertHolds(0);
    disk = new MemoryDisk();
    disk.createDirectories(DIRECTORY);
    disk.replace(STORE_NEW, "balsa file l".getBytes(StandardCharsets.ISO_8859_1));
    assertHolds(0);
    assertThat(disk.files()).contains(STORE).doesNotContain(STORE_NEW);
  }

  @Test
  void rowLACreationThatWasCutShortGoesOn() throws Exception {
    write(1, 0);
    disk.replace(STORE_NEW, disk.content(STORE));
    disk.remove(STORE);
    assertHolds(0);
    assertThat(disk.files()).contains(STORE);
  }

  @Test
  void rowMAndNSegmentsWithoutTheFileThatNamesTheirStoreAreRefused() throws Exception {
    write(1, 3);
    assertHolds(3);
    disk.remove(STORE);
    assertRefused(STORE + " is missing");
    disk.replace(STORE_NEW, new byte[20]);
    assertRefused(STORE + " is missing");
  }

  @Test
  void rowOEveryFlippedBitOfTheStoreFileIsRefused() throws Exception {
    write(1, 3);
    byte[] good = disk.content(STORE);
    for (int bit = 0; bit < 8 * good.length; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << (bit % 8));
      disk.replace(STORE, bad);
      assertRefused(STORE + " is damaged at offset 0");
    }
  }

  /** What the program wrote before it had a release. */
  @Test
  void rowPAnOlderFormatIsRefusedAsOldNotAsDamaged() throws Exception {
    write(1, 3);
    replaceStore("balsa file log, format 1, id 00000000000000ff\n");
    assertRefused("names format 1, of an older version; this program reads format 2");
    replaceStore("balsa file log, format 3, id 00000000000000ff\n");
    assertRefused("names format 3, of a newer version; this program reads format 2");
    replaceStore("balsa snapshots, format 2, id 00000000000000ff\n");
    assertRefused("is a balsa snapshots's, not a balsa file log's");
  }

  @Test
  void rowQAMarkThatIsLostOrDamagedLeavesTheFramesAsEvidence() throws Exception {
    write(1, 3);
    byte[] mark = disk.content(TAIL);
    for (byte[] found : List.of(new byte[0], new byte[64], Arrays.copyOf(mark, 31))) {
      disk.replace(TAIL, found);
      assertHolds(3);
    }
    disk.remove(TAIL);
    assertHolds(3);
  }

  @Test
  void rowRASpareThatWasLeftHoldsNothing() throws Exception {
    write(1, 3);
    disk.replace(DIRECTORY.resolve("spare.tmp"), new byte[] {1, 2, 3});
    assertHolds(3);
    write(4, 40);
    assertHolds(40);
  }

  /**
   * Trap D4: a flush fails and the process ends itself. The page cache still shows what never came to the platter, and calls it
   * clean. What the next process finds there, and vouches for by what it acknowledges, survives the power all the same.
   */
  @Test
  void rowSWhatAFailedFlushLeftInTheCacheIsWrittenOnceMore() throws Exception {
    try (FileLogStore store = write(1, 3)) {
      disk.failForces(() -> true);
      assertThatThrownBy(() -> appendOne(store, 4)).isInstanceOf(StorageException.class);
    }
    disk = disk.killProcess();
    try (FileLogStore store = open()) {
      assertThat(store.open(GROUP).lastIndex()).isEqualTo(4);
      appendOne(store, 5);
      for (int i = 0; i < 20; i++) {
        MemoryDisk after = disk.losePower(new SplittableRandom(i));
        try (FileLogStore found = FileLogStore.on(after, DIRECTORY, SEGMENT_BYTES, Runnable::run)) {
          assertThat(found.open(GROUP).lastIndex()).isEqualTo(5);
        }
      }
    }
  }

  // ---- Props

  private FileLogStore open() {
    return FileLogStore.on(disk, DIRECTORY, SEGMENT_BYTES, Runnable::run);
  }

  /** Leaves the store open, as a killed process would; the disk is what it left. */
  private FileLogStore write(long fromIndex, long throughIndex) {
    disk = disk.killProcess();
    FileLogStore store = open();
    store.open(GROUP);
    for (long index = fromIndex; index <= throughIndex; index++) {
      appendOne(store, index);
    }
    return store;
  }

  private static void appendOne(FileLogStore store, long index) {
    Entry entry = Entry.command(new EntryId(1, index), Bytes.wrap(new byte[300]));
    store.persist(
        List.of(
            new PersistBatch(GROUP, index, Optional.empty(), Optional.empty(), List.of(entry))));
  }

  private void assertHolds(long entries) throws Exception {
    disk = disk.killProcess();
    if (disk.exists(STORE)) {
      assertThat(AuditedLog.isSound(disk, DIRECTORY)).as("as an audit has it").isTrue();
    }
    try (FileLogStore store = open()) {
      assertThat(store.open(GROUP).lastIndex()).isEqualTo(entries);
      assertThat(store.read(GROUP, 1, Long.MAX_VALUE, Long.MAX_VALUE)).hasSize((int) entries);
    }
  }

  private void assertRefused(String message) throws Exception {
    disk = disk.killProcess();
    assertThat(AuditedLog.isSound(disk, DIRECTORY)).as("as an audit has it").isFalse();
    Map<Path, Bytes> before = contents();
    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("Nothing was written");
    assertThat(contents()).isEqualTo(before);
  }

  /** What is in files; one that holds nothing yet may be made. */
  private Map<Path, Bytes> contents() {
    Map<Path, Bytes> contents = new TreeMap<>();
    for (Path file : disk.files()) {
      Bytes content = Bytes.wrap(contentOf(file));
      if (!content.isEmpty()) {
        contents.put(file, content);
      }
    }
    return contents;
  }

  private byte[] contentOf(Path file) {
    try {
      return disk.content(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void replaceStore(String text) {
    disk.replace(STORE, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private Path onlySegment() throws IOException {
    List<Path> found =
        disk.files().stream().filter(file -> file.toString().endsWith(".log")).toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }
}
