package io.balsa.raft.file.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.testkit.contract.LogStoreContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract, with segments so small that every test crosses them; then one test for each row of the recovery table. */
class FileLogStoreTest extends LogStoreContract {
  private static final long TINY_SEGMENT = 4 << 10;

  @TempDir Path root;
  private int copies;

  @Override
  protected LogStore create() {
    return FileLogStore.at(root.resolve("log"), TINY_SEGMENT);
  }

  @Override
  protected LogStore reopen(LogStore old) {
    old.close();
    return create();
  }

  // ---- Crashes

  /** Rows A, B, C: whatever part of a write reached the disk, what was acknowledged before it is there. */
  @Test
  void aTornWriteIsGoneWholeAndNothingElse() throws Exception {
    Path source = root.resolve("source");
    for (int round = 0; round < 30; round++) {
      Path log = source.resolveSibling("torn" + round);
      List<Entry> acknowledged = writeSome(log, 5 + round, false);
      long end = tailOffset(log);
      Path last = lastSegment(log);
      SplittableRandom random = new SplittableRandom(round);
      byte[] garbage = new byte[1 + random.nextInt(600)];
      random.nextBytes(garbage);
      overwrite(last, end, garbage);
      try (FileLogStore found = FileLogStore.at(log, TINY_SEGMENT)) {
        assertHolds(found, acknowledged);
        appendOne(found, acknowledged.size() + 1);
      }
      try (FileLogStore again = FileLogStore.at(log, TINY_SEGMENT)) {
        assertThat(again.open(GROUP).lastIndex()).isEqualTo(acknowledged.size() + 1);
      }
    }
  }

  /** After every acknowledged write, a copy of the files as they are opens with everything. */
  @Test
  void aCrashAfterAnyWriteLosesNothing() throws Exception {
    Path log = root.resolve("crashing");
    try (FileLogStore store = FileLogStore.at(log, TINY_SEGMENT)) {
      store.open(GROUP);
      List<Entry> acknowledged = new ArrayList<>();
      for (long index = 1; index <= 60; index++) {
        acknowledged.add(appendOne(store, index));
        if (index % 20 == 0) {
          store.compact(
              GROUP, new SnapshotMeta(new EntryId(1, index - 5), SnapshotMeta.NONE.membership()));
        }
        try (FileLogStore copy = FileLogStore.at(copyOf(log), TINY_SEGMENT)) {
          RestoredState found = copy.open(GROUP);
          assertThat(found.lastIndex()).isEqualTo(index);
          List<Entry> live = acknowledged.subList((int) found.base().index(), (int) index);
          assertThat(copy.read(GROUP, found.base().index() + 1, index + 1, 1 << 20))
              .isEqualTo(live);
        }
      }
    }
  }

  // ---- Damage

  /** Row D: the tail mark tells damage to an acknowledged record from a torn write, also in the very last one. */
  @Test
  void aFlippedBitInWhatWasAcknowledgedIsRefused() throws Exception {
    Path log = root.resolve("flipped");
    writeSome(log, 6, true);
    Path segment = lastSegment(log);
    long end = tailOffset(log);
    Path copy = copyOf(log);
    Path damaged = copy.resolve(segment.getFileName());
    for (long at = 0; at < end; at++) {
      flip(damaged, at, (int) (at % 8));
      assertThat(refusalOf(copy)).as("offset %d", at).contains(damaged.getFileName().toString());
      flip(damaged, at, (int) (at % 8));
    }
  }

  /** Row D without the tail mark: a later record proves that the damaged one was durable. */
  @Test
  void damageBeforeALaterRecordIsRefusedAlsoWithoutTheTailMark() throws Exception {
    Path log = root.resolve("early");
    writeSome(log, 6, true);
    Files.delete(log.resolve("tail"));
    flip(lastSegment(log), Segment.HEADER_BYTES + Frame.HEADER_BYTES + 3, 0);
    assertThatThrownBy(() -> FileLogStore.at(log, TINY_SEGMENT).close())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("damaged at offset");
  }

  /** Row F. */
  @Test
  void damageInASegmentThatIsNotTheLastIsRefused() throws Exception {
    Path log = root.resolve("middle");
    writeSome(log, 60, true);
    List<Path> segments = segments(log);
    assertThat(segments).hasSizeGreaterThan(2);
    for (long at = Segment.HEADER_BYTES; at < TINY_SEGMENT - 600; at += 97) {
      Path copy = copyOf(log);
      flip(copy.resolve(segments.get(1).getFileName()), at, 3);
      assertThat(refusalOf(copy)).as("offset %d", at).contains("damaged");
    }
  }

  /** Rows G, H, J. */
  @Test
  void aMissingSegmentIsRefused() throws Exception {
    Path log = root.resolve("missing");
    writeSome(log, 60, true);
    for (Path segment : segments(log)) {
      Path copy = copyOf(log);
      Files.delete(copy.resolve(segment.getFileName()));
      assertThatThrownBy(() -> FileLogStore.at(copy, TINY_SEGMENT).close())
          .as("without %s", segment.getFileName())
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("missing");
    }
  }

  /** Row I: a segment in another's place, or of another log. */
  @Test
  void aSegmentThatDoesNotBelongHereIsRefused() throws Exception {
    Path log = root.resolve("mine");
    writeSome(log, 60, true);
    Path other = root.resolve("theirs");
    writeSome(other, 60, true);
    List<Path> segments = segments(log);

    Path swapped = copyOf(log);
    replace(swapped, segments.get(1), log, segments.get(0));
    assertThatThrownBy(() -> FileLogStore.at(swapped, TINY_SEGMENT).close())
        .hasMessageContaining("belongs to another");

    Path foreign = copyOf(log);
    replace(foreign, segments.get(1), other, segments.get(1));
    assertThatThrownBy(() -> FileLogStore.at(foreign, TINY_SEGMENT).close())
        .hasMessageContaining("belongs to another");
  }

  /** Row E: the next segment was made, and the power went before this one was sealed. */
  @Test
  void aRollThatWasCutShortIsTakenBack() throws Exception {
    Path log = root.resolve("rolling");
    List<Entry> acknowledged = writeSome(log, 60, true);
    List<Path> segments = segments(log);
    Path before = segments.get(segments.size() - 2);
    Path last = segments.get(segments.size() - 1);
    // As it was: the last segment holds nothing but its head, the one before has no seal.
    int inLast = entriesIn(log, last);
    Files.delete(log.resolve("tail"));
    unseal(log, before);
    blankAfterHead(last);
    try (FileLogStore found = FileLogStore.at(log, TINY_SEGMENT)) {
      assertHolds(found, acknowledged.subList(0, acknowledged.size() - inLast));
    }
    assertThat(segments(log)).doesNotContain(last);
  }

  /** Rows C and J at once: the torn write stays as it is, for whoever looks into it. */
  @Test
  void whoRefusesTheLogHasWrittenNothing() throws Exception {
    Path log = root.resolve("refused");
    writeSome(log, 60, true);
    flip(lastSegment(log), tailOffset(log) + 40, 1);
    Files.delete(segments(log).get(0));
    byte[] torn = Files.readAllBytes(lastSegment(log));
    assertThatThrownBy(() -> FileLogStore.at(log, TINY_SEGMENT))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is missing. Nothing was written");
    assertThat(lastSegment(log)).hasBinaryContent(torn);
  }

  @Test
  void aDamagedEntryIsNeverServed() throws Exception {
    Path log = root.resolve("served");
    try (FileLogStore store = FileLogStore.at(log, TINY_SEGMENT)) {
      store.open(GROUP);
      appendOne(store, 1);
      long end = tailOffset(log);
      flip(lastSegment(log), end - 20, 1);
      assertThatThrownBy(() -> store.read(GROUP, 1, 2, 100))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("entry 1 is damaged");
    }
  }

  @Test
  void aDirectoryInUseIsRefused() {
    Path log = root.resolve("locked");
    try (FileLogStore first = FileLogStore.at(log)) {
      assertThat(first.flushes()).isZero();
      assertThatThrownBy(() -> FileLogStore.at(log))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("in use");
    }
  }

  @Test
  void anEntryLargerThanASegmentGetsALargerOne() {
    Path log = root.resolve("large");
    Entry large = Entry.command(new EntryId(1, 1), Bytes.wrap(new byte[100_000]));
    try (FileLogStore store = FileLogStore.at(log, TINY_SEGMENT)) {
      store.open(GROUP);
      store.persist(
          List.of(new PersistBatch(GROUP, 1, Optional.empty(), Optional.empty(), List.of(large))));
      appendOne(store, 2);
    }
    try (FileLogStore store = FileLogStore.at(log, TINY_SEGMENT)) {
      store.open(GROUP);
      assertThat(store.read(GROUP, 1, 2, 10)).containsExactly(large);
    }
  }

  @Test
  void compactionDeletesWhatNobodyNeeds() throws Exception {
    Path log = root.resolve("compacted");
    try (FileLogStore store = FileLogStore.at(log, TINY_SEGMENT)) {
      store.open(GROUP);
      for (long index = 1; index <= 400; index++) {
        appendOne(store, index);
      }
      int before = segments(log).size();
      store.compact(GROUP, new SnapshotMeta(new EntryId(1, 395), SnapshotMeta.NONE.membership()));
      assertThat(segments(log)).hasSizeLessThan(before / 4);
    }
    try (FileLogStore store = FileLogStore.at(log, TINY_SEGMENT)) {
      RestoredState found = store.open(GROUP);
      assertThat(found.base().index()).isEqualTo(395);
      assertThat(found.lastIndex()).isEqualTo(400);
      assertThat(store.read(GROUP, 396, 401, 1 << 20)).hasSize(5);
    }
  }

  /** Segments are deleted oldest first: whatever a crash leaves of them still joins what is needed (trap D5). */
  @Test
  void aCompactionThatWasCutShortLeavesNoHole() throws Exception {
    Path log = root.resolve("cut-short");
    SnapshotMeta base = new SnapshotMeta(new EntryId(1, 195), SnapshotMeta.NONE.membership());
    try (FileLogStore store = FileLogStore.at(log, TINY_SEGMENT)) {
      store.open(GROUP);
      for (long index = 1; index <= 200; index++) {
        appendOne(store, index);
      }
    }
    Path before = copyOf(log);
    try (FileLogStore store = FileLogStore.at(log, TINY_SEGMENT)) {
      store.open(GROUP);
      store.compact(GROUP, base);
    }
    List<Path> deleted =
        segments(before).stream()
            .filter(file -> !Files.exists(log.resolve(file.getFileName())))
            .toList();
    assertThat(deleted).hasSizeGreaterThan(3);
    for (int gone = 0; gone < deleted.size(); gone++) {
      Path crashed = copyOf(log);
      for (Path left : deleted.subList(gone, deleted.size())) {
        Files.copy(left, crashed.resolve(left.getFileName()));
      }
      try (FileLogStore store = FileLogStore.at(crashed, TINY_SEGMENT)) {
        assertThat(store.open(GROUP).base()).isEqualTo(base);
        assertThat(store.read(GROUP, 196, 201, 1 << 20)).hasSize(5);
      }
    }
  }

  /** Trap D5: what fails in the midst of a compaction has deleted the oldest, and none of the others. */
  @Test
  void segmentsAreDeletedOldestFirst() throws Exception {
    Path log = root.resolve("oldest-first");
    try (FileLogStore store = FileLogStore.at(log, TINY_SEGMENT)) {
      store.open(GROUP);
      for (long index = 1; index <= 200; index++) {
        appendOne(store, index);
      }
      List<Path> before = segments(log);
      Path obstacle = before.get(2);
      Files.move(obstacle, log.resolve("aside"));
      Files.createDirectories(obstacle.resolve("in-the-way"));
      SnapshotMeta base = new SnapshotMeta(new EntryId(1, 195), SnapshotMeta.NONE.membership());
      assertThatThrownBy(() -> store.compact(GROUP, base)).isInstanceOf(StorageException.class);
      assertThat(segments(log)).isEqualTo(before.subList(2, before.size()));
    }
  }

  // ---- Props

  private static String refusalOf(Path log) {
    try (FileLogStore opened = FileLogStore.at(log, TINY_SEGMENT)) {
      return "opened, with " + opened.open(GROUP).lastIndex() + " entries";
    } catch (StorageException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static Entry appendOne(LogStore store, long index) {
    Entry entry =
        Entry.command(
            new EntryId(1, index), Bytes.utf8("command number " + index + " ".repeat(100)));
    HardState hardState = new HardState(1, Optional.empty());
    store.persist(
        List.of(
            new PersistBatch(
                GROUP, index, Optional.of(hardState), Optional.empty(), List.of(entry))));
    return entry;
  }

  /** Entries 1 to {@code count}, each acknowledged, in a store that was closed, or left as a crash would. */
  private List<Entry> writeSome(Path log, int count, boolean close) throws IOException {
    Path work = root.resolve("work" + copies++);
    List<Entry> entries = new ArrayList<>();
    FileLogStore store = FileLogStore.at(work, TINY_SEGMENT);
    store.open(GROUP);
    for (long index = 1; index <= count; index++) {
      entries.add(appendOne(store, index));
    }
    if (close) {
      store.close();
    }
    copy(work, log);
    if (!close) {
      store.close();
    }
    return entries;
  }

  private static void assertHolds(LogStore store, List<Entry> entries) {
    assertThat(store.open(GROUP).lastIndex()).isEqualTo(entries.size());
    assertThat(store.read(GROUP, 1, entries.size() + 1, 1 << 20)).isEqualTo(entries);
  }

  private static long storeId(Path log) throws IOException {
    String text = Files.readString(log.resolve("store"));
    int at = text.indexOf("id ") + 3;
    return Long.parseUnsignedLong(text.substring(at, at + 16), 16);
  }

  private static long tailOffset(Path log) throws IOException {
    try (TailMark mark = TailMark.open(Disk.ofSystem(), log, storeId(log))) {
      return mark.read().offset();
    }
  }

  private static SegmentScan scanned(Path log, Path segment, List<SegmentScan.Body> bodies)
      throws IOException {
    long number = Long.parseUnsignedLong(segment.getFileName().toString().substring(0, 16), 16);
    Segment opened = Segment.open(Disk.ofSystem(), segment, storeId(log), number);
    SegmentScan scan = new SegmentScan(opened);
    for (SegmentScan.Body body = scan.next(); body != null; body = scan.next()) {
      bodies.add(new SegmentScan.Body(body.bytes(), body.offset()));
    }
    opened.release();
    return scan;
  }

  private static int entriesIn(Path log, Path segment) throws IOException {
    List<SegmentScan.Body> bodies = new ArrayList<>();
    scanned(log, segment, bodies);
    return (int)
        bodies.stream()
            .filter(body -> body.bytes().get(0) == RecordBody.Type.BATCH.ordinal())
            .count();
  }

  private static void unseal(Path log, Path segment) throws IOException {
    List<SegmentScan.Body> bodies = new ArrayList<>();
    SegmentScan scan = scanned(log, segment, bodies);
    SegmentScan.Body seal = bodies.get(bodies.size() - 1);
    assertThat(seal.bytes().get(0)).isEqualTo((byte) RecordBody.Type.SEALED.ordinal());
    long from = seal.offset() - Frame.HEADER_BYTES;
    overwrite(segment, from, new byte[(int) (scan.offset() - from)]);
  }

  private static void blankAfterHead(Path segment) throws IOException {
    try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.READ)) {
      ByteBuffer header = ByteBuffer.allocate(Frame.HEADER_BYTES);
      channel.read(header, Segment.HEADER_BYTES);
      long end = Segment.HEADER_BYTES + Frame.sizeOf(Frame.bodyBytes(header, 0));
      overwrite(segment, end, new byte[(int) (channel.size() - end)]);
    }
  }

  private static void replace(Path log, Path segment, Path from, Path with) throws IOException {
    Files.copy(
        from.resolve(with.getFileName()),
        log.resolve(segment.getFileName()),
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static List<Path> segments(Path log) throws IOException {
    try (Stream<Path> files = Files.list(log)) {
      return files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
  }

  private static Path lastSegment(Path log) throws IOException {
    List<Path> segments = segments(log);
    return segments.get(segments.size() - 1);
  }

  private static void overwrite(Path file, long at, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), at);
    }
  }

  private static void flip(Path file, long at, int bit) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    overwrite(file, at, new byte[] {(byte) (bytes[(int) at] ^ (1 << bit))});
  }

  private Path copyOf(Path log) throws IOException {
    Path copy = root.resolve("copy" + copies++);
    copy(log, copy);
    return copy;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        if (!file.endsWith("spare.tmp") && !file.endsWith("lock")) {
          Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }
}
