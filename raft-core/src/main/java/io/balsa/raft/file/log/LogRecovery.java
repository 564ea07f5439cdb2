package io.balsa.raft.file.log;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.file.disk.FormatFile;
import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.InvariantViolation;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the segments back and decides what each imperfection means.
 *
 * <pre>
 *      found                                                      means                      done
 *   A  intact frames up to a SEALED one, and a next segment       whole                      read
 *   B  the last segment: intact frames, then nothing but zeros    whole                      read, goes on there
 *   C  the last segment: something else after the intact frames,  a write that was torn and  cut off: overwritten with
 *      and no evidence that it was ever durable                   never acknowledged         zeros, flushed
 *   D  as C or B, but a later frame, the tail mark or the         damage to what was         refused
 *      header says that the log was durable beyond that           acknowledged
 *   E  not sealed, and the next segment is the last one and       a roll that was cut short  the next one is deleted, this
 *      holds no batch, nor does the tail mark lie in it           before anything was in it  one is the last
 *   F  not sealed, and any other next segment                     damage                     refused
 *   G  sealed, and no next segment; or no segment at all          a file is missing          refused
 *   H  a gap in the segments' numbers                             a file is missing          refused
 *   I  a header that is blank, damaged, of another store, place   damage, or a file that     refused
 *      or version: it was durable before the file had its name    doesn't belong here
 *   J  entries between a group's base and end in no segment       a file is missing          refused
 *   Q  no tail mark, or none that is intact and of this store     lost, torn or foreign      the frames alone are evidence
 *   R  spare.tmp                                                  it holds nothing           made anew
 *   S  intact frames behind what is known to be durable           maybe in the page cache    written once more, flushed
 *                                                                 only
 * </pre>
 *
 * <p>Rows K to P are those of {@link FormatFile}. docs/recovery.md names each row's test, and says why.
 */
final class LogRecovery {
  private static final int BLOCK_BYTES = 1 << 20;
  private static final String ADVICE =
      ". Nothing was written. Remove this member and add it anew, so that the others fill it; or restore the file";

  private final Disk disk;
  private final ConcurrentNavigableMap<Long, Segment> segments;
  private final TailMark.Point durable;
  private final TreeMap<GroupId, GroupIndex> groups = new TreeMap<>();

  /** Whether the segment under the scan holds more than what earlier ones said. */
  private boolean heldNews;

  private boolean sealed;

  /** The last two segments that were scanned: a process leaves no more of them unflushed. */
  private final Deque<SegmentScan> scans = new ArrayDeque<>();

  /** The last entry that was read: for messages. */
  private String lastRead = "the beginning";

  /** Whether rows C, E and S may be dealt with; otherwise they are noted only. */
  private final boolean mayWrite;

  private final List<String> notes = new ArrayList<>();

  LogRecovery(Disk disk, ConcurrentNavigableMap<Long, Segment> segments, TailMark.Point durable) {
    this(disk, segments, durable, true);
  }

  private LogRecovery(
      Disk disk,
      ConcurrentNavigableMap<Long, Segment> segments,
      TailMark.Point durable,
      boolean mayWrite) {
    this.disk = disk;
    this.segments = segments;
    this.durable = durable;
    this.mayWrite = mayWrite;
  }

  /** Decides the same, and leaves the files as they are. The map of segments may lose the last one. */
  static LogRecovery readingOnly(
      Disk disk, ConcurrentNavigableMap<Long, Segment> segments, TailMark.Point durable) {
    return new LogRecovery(disk, segments, durable, false);
  }

  /** What a recovery that may write would have done. */
  List<String> notes() {
    return notes;
  }

  /** Where the log goes on. */
  record End(long segment, long offset, int chain) {}

  Map<GroupId, GroupIndex> groups() {
    return groups;
  }

  /**
   * @throws StorageException naming file and offset, if anything that was acknowledged may be lost
   */
  End recover() {
    checkNumbers();
    End end = null;
    Segment unused = null;
    for (Segment segment : List.copyOf(segments.values())) {
      if (end != null && !sealed) {
        checkUnused(segment); // row E or F
        unused = segment;
        break;
      }
      checkHeader(segment);
      end = scan(segment);
    }
    if (end == null || sealed) {
      throw new DamageException( // row G
          "the segment after " + lastPath() + " is missing" + ADVICE);
    }
    checkComplete();
    // All is judged: whoever refuses has written nothing.
    if (mayWrite) {
      settle(unused);
    } else {
      note(unused);
    }
    return end;
  }

  private void settle(@Nullable Segment unused) {
    if (unused != null) {
      segments.remove(unused.number());
      unused.delete(disk);
    }
    SegmentScan last = scans.getLast();
    if (!last.isBlankFrom(last.offset())) {
      blank(last.segment(), last.offset());
    }
    scans.forEach(LogRecovery::vouchFor);
  }

  private void note(@Nullable Segment unused) {
    if (unused != null) {
      segments.remove(unused.number());
      unused.release();
      notes.add(unused.path() + " was begun and holds nothing yet: the next start removes it");
    }
    SegmentScan last = scans.getLast();
    if (!last.isBlankFrom(last.offset())) {
      notes.add(
          last.segment().path()
              + " ends at offset "
              + last.offset()
              + " within a write that was torn and never acknowledged: the next start cuts it off");
    }
  }

  private String lastPath() {
    return segments.isEmpty() ? "its beginning" : segments.lastEntry().getValue().path().toString();
  }

  private void checkNumbers() {
    long expected = segments.isEmpty() ? 0 : segments.firstKey();
    for (Segment segment : segments.values()) {
      if (segment.number() != expected) {
        throw new DamageException(
            "the segment before "
                + segment.path()
                + " is missing: its number would be "
                + expected
                + ADVICE);
      }
      expected++;
    }
  }

  private static void checkHeader(Segment segment) {
    Segment.HeaderVerdict verdict = segment.header();
    String problem =
        switch (verdict) {
          case OURS -> "";
          case BLANK -> "has lost its header";
          case DAMAGED -> "has a damaged header";
          case OLDER_VERSION -> "was written by an older version of this program";
          case NEWER_VERSION -> "was written by a newer version of this program";
          case MISPLACED -> "belongs to another log, or to another place in this one";
        };
    if (!problem.isEmpty()) {
      throw new DamageException(segment.path() + " " + problem + ADVICE);
    }
  }

  private End scan(Segment segment) {
    SegmentScan scan = new SegmentScan(segment);
    scans.add(scan);
    if (scans.size() > 2) {
      scans.remove();
    }
    heldNews = false;
    sealed = false;
    for (SegmentScan.Body body = scan.next(); body != null && !sealed; ) {
      apply(segment, body);
      body = sealed ? null : scan.next();
    }
    boolean isLast = segment.number() == segments.lastKey();
    if (!sealed && isLast) {
      checkTail(scan);
    }
    return new End(segment.number(), scan.offset(), scan.chain());
  }

  private void checkTail(SegmentScan scan) {
    Segment segment = scan.segment();
    if (durable.segment() > segment.number()) {
      throw new DamageException("the segment after " + segment.path() + " is missing" + ADVICE);
    }
    long evidence = Math.max(scan.durableEvidence(), segment.headEnd());
    if (durable.segment() == segment.number()) {
      evidence = Math.max(evidence, durable.offset());
    }
    if (evidence > scan.offset()) {
      throw new DamageException(
          damaged(scan) + ": it was durable through " + evidence + ADVICE); // row D
    }
  }

  private String damaged(SegmentScan scan) {
    return scan.segment().path()
        + " is damaged at offset "
        + scan.offset()
        + ", behind "
        + lastRead;
  }

  /** Row C. What stays behind could be taken for evidence one day, so it goes for good. */
  private static void blank(Segment segment, long fromOffset) {
    long end = segment.size();
    ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(BLOCK_BYTES, end - fromOffset));
    for (long at = fromOffset; at < end; at += zeros.limit()) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), end - at));
      segment.write(zeros, at);
    }
    segment.force();
  }

  /**
   * Row S. What was read may be in the page cache only: written by a process that was killed before it flushed, or whose flush
   * failed. In the second case another flush would say that all is well and write nothing (trap D4), so it is written once
   * more: what the log takes from now on vouches for it.
   */
  private static void vouchFor(SegmentScan scan) {
    Segment segment = scan.segment();
    for (long at = Math.max(scan.durableBefore(), segment.headEnd()); at < scan.offset(); ) {
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(BLOCK_BYTES, scan.offset() - at));
      segment.read(bytes, at);
      at += bytes.position();
      segment.write(bytes.flip(), at - bytes.limit());
    }
    segment.force();
  }

  private void checkUnused(Segment next) {
    SegmentScan unsealed = scans.getLast();
    boolean isLast = next.number() == segments.lastKey();
    boolean used = !isLast || durable.segment() >= next.number();
    String damaged = damaged(unsealed);
    if (!used) {
      checkHeader(next);
      scan(next);
      scans.removeLast();
      used = heldNews;
    }
    if (used) { // row F
      throw new DamageException(
          damaged + ": " + next.path() + " follows it, but it has no end" + ADVICE);
    }
    checkTail(unsealed);
    sealed = false;
  }

  private void checkComplete() {
    for (GroupIndex group : groups.values()) {
      long missing = group.firstMissing();
      if (missing > 0) {
        throw new DamageException(
            group.group()
                + ": entry "
                + missing
                + " is in no segment: a file before "
                + segments.firstEntry().getValue().path()
                + " is missing"
                + ADVICE);
      }
    }
  }

  // ---- Records

  private void apply(Segment segment, SegmentScan.Body body) {
    try {
      applyTo(segment, body);
    } catch (IllegalArgumentException | BufferUnderflowException | InvariantViolation e) {
      throw new DamageException(
          segment.path() + " makes no sense at offset " + body.offset() + ": " + e, e);
    }
  }

  private void applyTo(Segment segment, SegmentScan.Body body) {
    ByteBuffer in = body.bytes();
    Optional<RecordBody.Type> type = RecordBody.Type.of(in.get());
    if (type.isEmpty()) {
      throw new DamageException(
          segment.path()
              + " holds a record of an unknown type at offset "
              + body.offset()
              + ": it was written by a newer version");
    }
    GroupId group = GroupId.of(in.getLong());
    heldNews |= type.get() != RecordBody.Type.CARRIED;
    switch (type.get()) {
      case OPENED -> index(group).open(in.getLong());
      case BATCH -> applyBatch(segment, body, index(group));
      case COMPACTED -> index(group).compact(RecordBody.readMeta(in));
      case CARRIED -> carry(segment, group, in);
      case SEALED -> sealed = true;
    }
    if (!sealed) {
      lastRead = "entry " + index(group).lastIndex() + " of " + group;
    }
  }

  private GroupIndex index(GroupId group) {
    return groups.computeIfAbsent(group, GroupIndex::new);
  }

  private void carry(Segment segment, GroupId group, ByteBuffer in) {
    long incarnation = in.getLong();
    HardState hardState = RecordBody.readHardState(in);
    SnapshotMeta base = RecordBody.readMeta(in);
    long lastIndex = in.getLong();
    GroupIndex known = groups.get(group);
    if (known == null) {
      index(group).carry(incarnation, hardState, base, lastIndex);
    } else if (!known.agreesWith(incarnation, hardState, base, lastIndex)) {
      throw new DamageException(
          segment.path() + " begins with another state of " + group + " than the files before");
    }
  }

  private void applyBatch(Segment segment, SegmentScan.Body body, GroupIndex index) {
    ByteBuffer in = body.bytes();
    int flags = in.get();
    if ((flags & 1) != 0) {
      index.setHardState(RecordBody.readHardState(in));
    }
    if ((flags & 2) != 0) {
      index.reset(RecordBody.readMeta(in));
    }
    int count = in.getInt();
    long firstIndex = in.getLong();
    for (int i = 0; i < count; i++) {
      long location = Location.of(segment.number(), body.offset() + in.position());
      Entry entry = EntryLayout.read(in, index.group(), firstIndex + i);
      index.append(entry, location);
    }
  }
}
