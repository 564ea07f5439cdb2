package io.balsa.raft.file.log;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.SnapshotMeta;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * One group's log as the file store lays it out, on simulated sectors: written with its records, cut into its segments, read
 * back by its recovery. For the simulator. One thread.
 */
public final class SimulatedLog {
  /*
   * What is of the store itself: RecordBody, EntryLayout, Frame, Segment, SegmentScan, GroupIndex, EntryReader and
   * LogRecovery with its table. What stands in for LogAppender, Spare and StoreDirectory: this class. It goes on to a new
   * segment in one step that no crash interrupts; those steps, and names in directories, are for the store's own tests.
   *
   * Places in the log are numbers that grow: segment and offset in one, as Location has them.
   */
  private static final long STORE_ID = 0x5107AB1E;
  private static final GroupId GROUP = GroupId.ONLY;
  private static final int SEALED_BYTES = (int) Frame.sizeOf(RecordBody.GROUP_BYTES);

  /**
   * What a recovery found.
   *
   * @param through the place where the whole records end
   * @param torn whether there was something behind it that had to be cut off
   */
  public record Recovered(
      long through, boolean torn, HardState hardState, SnapshotMeta base, List<Entry> entries) {}

  private final SplittableRandom random;
  private final int segmentBytes;
  private final TreeMap<Long, SectorFile> files = new TreeMap<>();
  private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();

  /** What the whole log says, durable or not. */
  private GroupIndex index = new GroupIndex(GROUP);

  // The last segment.
  private long offset;
  private int chain;
  private long durableThrough;

  /**
   * @param segmentBytes a segment's size, unless one record needs more
   */
  public SimulatedLog(SplittableRandom random, int segmentBytes) {
    this.random = random;
    this.segmentBytes = segmentBytes;
    addSegment(0);
  }

  // ---- Writing

  /** Hands it to the cache. Returns the place where it ends. */
  public long append(PersistBatch batch) {
    appendFrame(
        RecordBody.sizeOf(batch),
        body -> {
          RecordBody.writeBatchHead(body, batch);
          batch.hardState().ifPresent(index::setHardState);
          batch.resetTo().ifPresent(index::reset);
          for (Entry entry : batch.entries()) {
            long at = Location.of(segments.lastKey(), offset + body.position());
            EntryLayout.write(body, GROUP, entry);
            index.append(entry, at);
          }
        });
    return end();
  }

  /** Hands it to the cache. Returns the place where it ends. */
  public long compact(SnapshotMeta base) {
    appendFrame(
        RecordBody.GROUP_BYTES + RecordBody.sizeOf(base),
        body -> {
          RecordBody.begin(body, RecordBody.Type.COMPACTED, GROUP);
          RecordBody.write(body, base);
        });
    index.compact(base);
    return end();
  }

  private long end() {
    return Location.of(segments.lastKey(), offset);
  }

  /** What was handed over before this place is on the platter from now on. */
  public void force(long through) {
    // Going on to the last segment has flushed the ones before.
    if (Location.segment(through) == segments.lastKey()) {
      durableThrough = Math.max(durableThrough, Location.offset(through));
      files.lastEntry().getValue().forceThrough((int) durableThrough);
    }
    if (durableThrough == offset) {
      deleteUnused();
    }
  }

  private void deleteUnused() {
    long oldestUsed = Math.min(segments.lastKey(), index.oldestSegment());
    while (segments.firstKey() < oldestUsed) {
      files.remove(segments.firstKey());
      segments.pollFirstEntry();
    }
  }

  /**
   * @param write writes the body; the buffer's position is the offset from the frame's beginning
   */
  private void appendFrame(long bodyBytesMax, Consumer<ByteBuffer> write) {
    if (offset + Frame.sizeOf(bodyBytesMax) + SEALED_BYTES
        > segments.lastEntry().getValue().size()) {
      roll(bodyBytesMax);
    }
    ByteBuffer frame = ByteBuffer.allocate((int) Frame.sizeOf(bodyBytesMax));
    frame.position(Frame.HEADER_BYTES);
    write.accept(frame);
    Segment segment = segments.lastEntry().getValue();
    chain = Frame.seal(frame, 0, segment.place(offset), chain, durableThrough);
    int bytes = frame.position();
    segment.write(frame.flip(), offset);
    offset += bytes;
  }

  private void roll(long bodyBytesMax) {
    files.lastEntry().getValue().force();
    Segment sealed = segments.lastEntry().getValue();
    ByteBuffer seal = ByteBuffer.allocate(SEALED_BYTES);
    seal.position(Frame.HEADER_BYTES);
    RecordBody.begin(seal, RecordBody.Type.SEALED, GROUP);
    Frame.seal(seal, 0, sealed.place(offset), chain, offset);
    sealed.write(seal.flip(), offset);
    sealed.force();
    addSegment(bodyBytesMax);
  }

  /** Begins with what the segments before it say, and is durable before anything is in it. */
  private void addSegment(long bodyBytesMax) {
    long number = segments.isEmpty() ? 1 : segments.lastKey() + 1;
    long carriedBytes = RecordBody.sizeOfCarried(index);
    long bytes =
        Segment.HEADER_BYTES
            + Frame.sizeOf(carriedBytes)
            + Frame.sizeOf(bodyBytesMax)
            + SEALED_BYTES;
    SectorFile file = new SectorFile((int) Math.max(bytes, segmentBytes));
    files.put(number, file);
    segments.put(number, open(number, file));
    offset = Segment.HEADER_BYTES;
    chain = 0;
    durableThrough = 0;
    appendFrame(carriedBytes, body -> RecordBody.writeCarried(body, index));
    segments.get(number).writeHeader(offset);
    file.force();
    durableThrough = offset;
  }

  private static Segment open(long number, SectorFile file) {
    return Segment.create(Path.of(number + ".log"), file, STORE_ID, number);
  }

  // ---- Crashing

  /**
   * Power fails, and the log is recovered from what the platter holds. Sometimes power fails again within the recovery, and
   * another one has to find the same.
   *
   * @param keepsUnsynced whether any of what wasn't forced may survive
   */
  public Recovered crash(boolean keepsUnsynced) {
    SectorFile last = files.lastEntry().getValue();
    last.losePower(random, keepsUnsynced);
    SectorFile before = last.copy();
    Recovered found = recover();
    if (found.torn() && random.nextBoolean()) {
      interruptRecovery(before);
      Recovered again = recover();
      if (again.through() != found.through()) {
        throw new IllegalStateException(
            "recovered through " + found.through() + ", then through " + again.through());
      }
    }
    return found;
  }

  /** As if the zeros that the recovery wrote had only partly reached the platter. */
  private void interruptRecovery(SectorFile before) {
    long number = segments.lastKey();
    ByteBuffer blanked = ByteBuffer.allocate((int) before.size());
    segments.lastEntry().getValue().read(blanked, 0);
    before.write(blanked.flip(), 0);
    before.losePower(random, true);
    files.put(number, before);
    segments.put(number, open(number, before));
  }

  private Recovered recover() {
    Segment last = segments.lastEntry().getValue();
    // The mark is never flushed: what is found may be old, or nothing.
    TailMark.Point mark =
        random.nextInt(4) == 0
            ? new TailMark.Point(0, 0)
            : new TailMark.Point(last.number(), durableThrough);
    ByteBuffer found = ByteBuffer.allocate((int) last.size());
    last.read(found, 0);
    LogRecovery recovery = new LogRecovery(Disk.ofSystem(), segments, mark);
    LogRecovery.End end = recovery.recover();
    boolean torn = false;
    for (int at = (int) end.offset(); at < found.position(); at++) {
      torn |= found.get(at) != 0;
    }
    index = Optional.ofNullable(recovery.groups().get(GROUP)).orElseThrow();
    offset = end.offset();
    chain = end.chain();
    durableThrough = offset;
    return new Recovered(end(), torn, index.hardState(), index.base(), entries());
  }

  private List<Entry> entries() {
    long toIndex = index.lastIndex() + 1;
    if (toIndex == index.firstIndex()) {
      return List.of();
    }
    EntryReader reader = new EntryReader(GROUP, index.firstIndex());
    reader.locate(index, toIndex, segments);
    List<Entry> entries = reader.read(Long.MAX_VALUE);
    reader.releaseSegments();
    return entries;
  }
}
