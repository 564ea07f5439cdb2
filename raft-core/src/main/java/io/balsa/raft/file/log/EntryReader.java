package io.balsa.raft.file.log;

import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** One read: finds where entries lie while the index is locked, and reads them when it isn't any more. */
final class EntryReader {
  private static final int WINDOW_BYTES = 64 << 10;

  private final GroupId group;
  private final long fromIndex;
  private long[] locations = new long[0];
  private final TreeMap<Long, Segment> segments = new TreeMap<>();

  private ByteBuffer window = ByteBuffer.allocate(0);
  private long windowSegment;
  private long windowAt;

  EntryReader(GroupId group, long fromIndex) {
    this.group = group;
    this.fromIndex = fromIndex;
  }

  /** Notes where the entries lie, and keeps their segments open. */
  void locate(GroupIndex index, long toIndex, SortedMap<Long, Segment> all) {
    locations = new long[(int) (toIndex - fromIndex)];
    for (int i = 0; i < locations.length; i++) {
      locations[i] = index.locationOf(fromIndex + i);
      long number = Location.segment(locations[i]);
      if (!segments.containsKey(number)) {
        Segment segment = all.get(number);
        Invariant.check(segment != null, "%s: segment %d isn't there", group, number);
        Objects.requireNonNull(segment).retain();
        segments.put(number, segment);
      }
    }
  }

  void releaseSegments() {
    segments.values().forEach(Segment::release);
  }

  List<Entry> read(long bytesMax) {
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    for (int i = 0; i < locations.length; i++) {
      ByteBuffer at = window(locations[i], EntryLayout.HEADER_BYTES);
      int payloadBytes = EntryLayout.payloadBytes(at, at.position());
      long entryBytes = (long) payloadBytes + Entry.OVERHEAD_BYTES;
      if (!entries.isEmpty() && bytes + entryBytes > bytesMax) {
        break;
      }
      entries.add(readEntry(locations[i], payloadBytes, fromIndex + i));
      bytes += entryBytes;
    }
    return entries;
  }

  private Entry readEntry(long location, int payloadBytes, long index) {
    Segment segment = segment(location);
    long room = segment.size() - Location.offset(location) - EntryLayout.HEADER_BYTES;
    if (payloadBytes < 0 || payloadBytes > room) {
      throw damaged(location, index);
    }
    try {
      return EntryLayout.read(
          window(location, EntryLayout.HEADER_BYTES + payloadBytes), group, index);
    } catch (DamageException | IllegalArgumentException e) {
      throw damaged(location, index);
    }
  }

  private StorageException damaged(long location, long index) {
    return new DamageException(
        group
            + ": entry "
            + index
            + " is damaged in "
            + segment(location).path()
            + " at offset "
            + Location.offset(location));
  }

  private Segment segment(long location) {
    return Objects.requireNonNull(segments.get(Location.segment(location)));
  }

  /** At the location, with at least so many bytes behind it. */
  private ByteBuffer window(long location, int bytes) {
    long offset = Location.offset(location);
    boolean covered =
        Location.segment(location) == windowSegment
            && offset >= windowAt
            && offset + bytes <= windowAt + window.limit();
    if (!covered) {
      Segment segment = segment(location);
      long room = segment.size() - offset;
      if (room < bytes) {
        throw new DamageException(segment.path() + " ends within an entry at offset " + offset);
      }
      ByteBuffer next = ByteBuffer.allocate((int) Math.min(Math.max(bytes, WINDOW_BYTES), room));
      segment.read(next, offset);
      window = next.flip();
      windowSegment = Location.segment(location);
      windowAt = offset;
    }
    return window.duplicate().position((int) (offset - windowAt));
  }
}
