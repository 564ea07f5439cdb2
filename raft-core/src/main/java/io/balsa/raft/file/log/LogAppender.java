package io.balsa.raft.file.log;

import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.failpoint.RaftFailpoint;
import io.balsa.raft.model.GroupId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;

/**
 * The end of the log: collects records, writes them in one piece, flushes once, and goes on to a new segment when one is full.
 * One thread at a time.
 */
final class LogAppender {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final int BUFFER_BYTES_KEPT = 8 << 20;
  private static final long SEALED_BYTES = Frame.sizeOf(RecordBody.GROUP_BYTES);

  private final StoreDirectory directory;
  private final ConcurrentNavigableMap<Long, Segment> segments;
  private final Supplier<Collection<GroupIndex>> groups;
  private final TailMark tailMark;
  private final Spare spare;

  private Segment segment;
  private long segmentBytes;

  /** The frames that aren't written yet; they begin at {@code bufferAt} in the segment. */
  private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  private long bufferAt;

  /** The checksum of the last frame. */
  private int chain;

  /** The segment is durable through here. */
  private long durableThrough;

  /** What to do once what is collected is durable. */
  private final List<Runnable> whenDurable = new ArrayList<>();

  private long bytesWritten;
  private long flushes;

  LogAppender(
      StoreDirectory directory,
      ConcurrentNavigableMap<Long, Segment> segments,
      Supplier<Collection<GroupIndex>> groups,
      TailMark tailMark,
      Spare spare) {
    this.directory = directory;
    this.segments = segments;
    this.groups = groups;
    this.tailMark = tailMark;
    this.spare = spare;
    this.segment = directory.isNew() ? makeSegment(1, 0) : segments.lastEntry().getValue();
  }

  /** Goes on where a recovered log ended. */
  void resume(LogRecovery.End end) {
    bufferAt = end.offset();
    chain = end.chain();
    durableThrough = end.offset();
    segmentBytes = segment.size();
  }

  long currentSegment() {
    return segment.number();
  }

  long bytesWritten() {
    return bytesWritten;
  }

  long flushes() {
    return flushes;
  }

  /**
   * Collects a record.
   *
   * @param bodyBytesMax at least what the body takes
   * @param body writes the body into the buffer; given what must be added to a buffer position to have a file offset
   */
  void append(long bodyBytesMax, ObjLongConsumer<ByteBuffer> body) {
    if (!fits(bodyBytesMax)) {
      roll(bodyBytesMax);
    }
    ensureBuffer(Frame.sizeOf(bodyBytesMax));
    int frameAt = buffer.position();
    buffer.position(frameAt + Frame.HEADER_BYTES);
    body.accept(buffer, bufferAt);
    chain = Frame.seal(buffer, frameAt, segment.place(bufferAt + frameAt), chain, durableThrough);
  }

  void whenDurable(Runnable action) {
    whenDurable.add(action);
  }

  /** Makes everything collected durable. */
  void flush() {
    Failpoints.at(RaftFailpoint.FILE_LOG_BEFORE_FLUSH);
    writeOut();
    Failpoints.at(RaftFailpoint.FILE_LOG_BEFORE_SYNC);
    segment.force();
    Failpoints.at(RaftFailpoint.FILE_LOG_AFTER_SYNC);
    flushes++;
    durableThrough = bufferAt;
    tailMark.write(segment.number(), durableThrough);
    whenDurable.forEach(Runnable::run);
    whenDurable.clear();
  }

  private void writeOut() {
    int bytes = buffer.position();
    segment.write(buffer.flip(), bufferAt);
    bufferAt += bytes;
    bytesWritten += bytes;
    buffer.clear();
    if (buffer.capacity() > BUFFER_BYTES_KEPT) {
      buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    }
  }

  private boolean fits(long bodyBytesMax) {
    long end = bufferAt + buffer.position() + Frame.sizeOf(bodyBytesMax) + SEALED_BYTES;
    return end <= segmentBytes;
  }

  private void ensureBuffer(long moreBytes) {
    if (buffer.remaining() < moreBytes) {
      long needed = buffer.position() + moreBytes;
      int capacity = Math.toIntExact(Math.max(needed, 2L * buffer.capacity()));
      buffer = ByteBuffer.allocateDirect(capacity).put(buffer.flip());
    }
  }

  /** The next segment is whole before this one is sealed, and this one is sealed before anything is in the next. */
  private void roll(long bodyBytesMax) {
    flush();
    Segment sealed = segment;
    int chainOfSealed = chain;
    long sealedAt = bufferAt;
    long durableOfSealed = durableThrough;
    segment = makeSegment(sealed.number() + 1, bodyBytesMax);
    Failpoints.at(RaftFailpoint.FILE_LOG_BEFORE_SEAL);

    ByteBuffer seal = ByteBuffer.allocate((int) SEALED_BYTES);
    seal.position(Frame.HEADER_BYTES);
    RecordBody.begin(seal, RecordBody.Type.SEALED, GroupId.ONLY);
    Frame.seal(seal, 0, sealed.place(sealedAt), chainOfSealed, durableOfSealed);
    sealed.write(seal.flip(), sealedAt);
    sealed.force();
  }

  /** Makes a segment that knows of every group what the ones before say, and gives it its name when it is durable. */
  private Segment makeSegment(long number, long bodyBytesMax) {
    long carriedBytes = 0;
    for (GroupIndex group : groups.get()) {
      carriedBytes += Frame.sizeOf(RecordBody.sizeOfCarried(group));
    }
    long bytesMin = Segment.HEADER_BYTES + carriedBytes + Frame.sizeOf(bodyBytesMax) + SEALED_BYTES;
    Segment made =
        Segment.create(
            Segment.pathOf(directory.path(), number),
            spare.take(bytesMin),
            directory.storeId(),
            number);
    segmentBytes = made.size();
    bufferAt = Segment.HEADER_BYTES;
    chain = 0;
    durableThrough = 0;
    segment = made;
    for (GroupIndex group : groups.get()) {
      append(RecordBody.sizeOfCarried(group), (out, shift) -> RecordBody.writeCarried(out, group));
    }
    writeOut();
    made.writeHeader(bufferAt);
    made.force();
    durableThrough = bufferAt;
    Failpoints.at(RaftFailpoint.FILE_LOG_BEFORE_RENAME);
    directory.rename(spare.path(), made.path());
    spare.makeNext();
    segments.put(number, made);
    return made;
  }
}
