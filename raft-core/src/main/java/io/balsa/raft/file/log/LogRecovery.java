package io.balsa.raft.file.log;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;

/**
 * Reads the segments back and decides what each imperfection means.
 *
 * <pre>
 *      found                                                      means                      done
 *   A  intact frames up to a SEALED one, and a next segment       whole                      read
 *   B  the last segment: intact frames, then nothing but zeros    whole                      read, goes on there
 *   C  the last segment: something else after the intact frames,  a write that was torn and  cut off: overwritten with
 *      and no evidence that it was ever durable                   never acknowledged         zeros, flushed
 *   D  as C or B, but a later frame or the tail mark says that    damage to what was         refused
 *      the log was durable beyond the intact frames               acknowledged
 *   E  not sealed, and the next segment is the last one and       a roll that was cut short  the next one is deleted, this
 *      holds no batch, nor does the tail mark lie in it           before anything was in it  one is the last
 *   F  not sealed, and any other next segment                     damage                     refused
 *   G  sealed, and no next segment                                a file is missing          refused
 *   H  a gap in the segments' numbers                             a file is missing          refused
 *   I  a header that is blank, damaged, of another store, place   damage, or a file that     refused
 *      or version: it was durable before the file had its name    doesn't belong here
 *   J  entries between a group's base and end in no segment       a file is missing          refused
 * </pre>
 */
final class LogRecovery {
  private final ConcurrentNavigableMap<Long, Segment> segments;
  private final TailMark.Point durable;
  private final TreeMap<GroupId, GroupIndex> groups = new TreeMap<>();

  /** Whether the segment under the scan holds more than what earlier ones said. */
  private boolean heldNews;

  private boolean sealed;

  LogRecovery(ConcurrentNavigableMap<Long, Segment> segments, TailMark.Point durable) {
    this.segments = segments;
    this.durable = durable;
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
    for (Segment segment : List.copyOf(segments.values())) {
      if (end != null && !sealed) {
        dropUnusedNext(segment, end); // row E or F
        break;
      }
      checkHeader(segment);
      end = scan(segment);
    }
    if (end == null || sealed) {
      throw new StorageException("the segment after " + lastPath() + " is missing");
    }
    checkComplete();
    return end;
  }

  private String lastPath() {
    return segments.isEmpty() ? "its beginning" : segments.lastEntry().getValue().path().toString();
  }

  private void checkNumbers() {
    long expected = segments.isEmpty() ? 0 : segments.firstKey();
    for (Segment segment : segments.values()) {
      if (segment.number() != expected) {
        throw new StorageException(
            "the segment before "
                + segment.path()
                + " is missing: its number would be "
                + expected);
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
          case OTHER_VERSION -> "was written by another version of this program";
          case MISPLACED -> "belongs to another log, or to another place in this one";
        };
    if (!problem.isEmpty()) {
      throw new StorageException(segment.path() + " " + problem + ". Nothing was written");
    }
  }

  private End scan(Segment segment) {
    SegmentScan scan = new SegmentScan(segment);
    heldNews = false;
    sealed = false;
    for (SegmentScan.Body body = scan.next(); body != null && !sealed; ) {
      apply(segment, body);
      body = sealed ? null : scan.next();
    }
    boolean isLast = segment.number() == segments.lastKey();
    if (!sealed && isLast) {
      settleTail(segment, scan);
    }
    return new End(segment.number(), scan.offset(), scan.chain());
  }

  private void settleTail(Segment segment, SegmentScan scan) {
    long evidence = scan.durableEvidence();
    if (durable.segment() > segment.number()) {
      throw new StorageException("the segment after " + segment.path() + " is missing");
    }
    if (durable.segment() == segment.number()) {
      evidence = Math.max(evidence, durable.offset());
    }
    if (evidence > scan.offset()) {
      throw new StorageException(
          segment.path()
              + " is damaged at offset "
              + scan.offset()
              + ": it was durable through "
              + evidence
              + ". Nothing was written; remove this member and add it anew, or restore the file");
    }
    if (!scan.isBlankFrom(scan.offset())) {
      blank(segment, scan.offset());
    }
  }

  /** Row C. What stays behind could be taken for evidence one day, so it goes for good. */
  private static void blank(Segment segment, long fromOffset) {
    long end = segment.size();
    ByteBuffer zeros = ByteBuffer.allocate(1 << 20);
    for (long at = fromOffset; at < end; at += zeros.capacity()) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), end - at));
      segment.write(zeros, at);
    }
    segment.force();
  }

  private void dropUnusedNext(Segment next, End end) {
    Segment unsealed = segments.get(end.segment());
    boolean isLast = next.number() == segments.lastKey();
    boolean used = !isLast || durable.segment() >= next.number();
    if (!used) {
      checkHeader(next);
      scan(next);
      used = heldNews;
    }
    if (used || unsealed == null) {
      throw new StorageException(
          "a segment is damaged at offset "
              + end.offset()
              + ": "
              + next.path()
              + " follows it, but it has no end. Nothing was written");
    }
    segments.remove(next.number());
    next.delete();
    settleTail(unsealed, rescan(unsealed));
    sealed = false;
  }

  private static SegmentScan rescan(Segment segment) {
    SegmentScan scan = new SegmentScan(segment);
    while (scan.next() != null) {}
    return scan;
  }

  private void checkComplete() {
    for (GroupIndex group : groups.values()) {
      long missing = group.firstMissing();
      if (missing > 0) {
        throw new StorageException(
            group.group() + ": entry " + missing + " is in no segment: a file is missing");
      }
    }
  }

  // ---- Records

  private void apply(Segment segment, SegmentScan.Body body) {
    ByteBuffer in = body.bytes();
    Optional<RecordBody.Type> type = RecordBody.Type.of(in.get());
    if (type.isEmpty()) {
      throw new StorageException(
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
      throw new StorageException(
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
