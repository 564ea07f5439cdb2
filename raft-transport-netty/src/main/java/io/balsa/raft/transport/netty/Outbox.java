package io.balsa.raft.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.MessageSize;
import io.balsa.raft.transport.netty.wire.MessageCodec;
import io.balsa.raft.transport.netty.wire.proto.WireBatch;
import io.balsa.raft.transport.netty.wire.proto.WireGroupMessage;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for one connection, bounded by bytes. Any thread offers; the connection's event loop alone takes.
 *
 * <p>A message's bytes are reserved when it is offered and released when it was written or dropped, so that the bound covers
 * what Netty holds too.
 */
final class Outbox {
  private static final Logger log = LoggerFactory.getLogger(Outbox.class);

  /** A frame takes in more messages until it is so large: enough to make the cost of a frame small, no more. */
  private static final int FRAME_BYTES_TARGET = 256 << 10;

  /** No frame may be so large; and below it, sums of sizes fit an int. */
  private static final long ENCODABLE_BYTES_MAX = 1L << 30;

  private final Queue<GroupMessage> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicLong reservedBytes = new AtomicLong();
  private final int frameBytesMax;
  private final PeerCounters counters;

  /** Set by the event loop: less may wait for a connection than on one. */
  private volatile long bytesMax;

  /** The event loop's: the first message that is too large is worth a line, the thousandth isn't. */
  private boolean toldOfTooLarge;

  /**
   * The messages of one frame.
   *
   * @param reservedBytes to be released when the frame was written or failed
   */
  record Batch(WireBatch body, int messages, long reservedBytes) {}

  Outbox(int frameBytesMax, PeerCounters counters) {
    this.frameBytesMax = frameBytesMax;
    this.counters = counters;
  }

  void limitTo(long bytes) {
    bytesMax = bytes;
  }

  /** Takes all of the messages, or drops and counts all. An empty outbox takes any: or else a large one never got through. */
  void offer(List<GroupMessage> messages) {
    long bytes = 0;
    for (GroupMessage message : messages) {
      bytes += MessageSize.bytes(message.message());
    }
    long before = reservedBytes.getAndAdd(bytes);
    if (before > 0 && before + bytes > bytesMax) {
      reservedBytes.addAndGet(-bytes);
      counters.dropped(messages.size());
      return;
    }
    waiting.addAll(messages);
  }

  void release(Batch batch) {
    reservedBytes.addAndGet(-batch.reservedBytes);
  }

  void dropAll() {
    for (GroupMessage next = waiting.poll(); next != null; next = waiting.poll()) {
      drop(next);
    }
  }

  /** The next frame's worth, in the order offered. Empty when nothing waits. */
  Optional<Batch> nextBatch() {
    WireBatch.Builder body = WireBatch.newBuilder();
    int bytes = 0;
    long reserved = 0;
    GroupMessage next = waiting.peek();
    while (next != null && bytes < FRAME_BYTES_TARGET) {
      long estimate = MessageSize.bytes(next.message());
      if (estimate > ENCODABLE_BYTES_MAX) {
        dropTooLarge(estimate);
      } else {
        WireGroupMessage wire = MessageCodec.encode(next);
        int size = CodedOutputStream.computeMessageSize(WireBatch.MESSAGES_FIELD_NUMBER, wire);
        if (size > frameBytesMax) {
          dropTooLarge(size);
        } else if (bytes + size > frameBytesMax) {
          break;
        } else {
          waiting.remove();
          body.addMessages(wire);
          bytes += size;
          reserved += estimate;
        }
      }
      next = waiting.peek();
    }
    int count = body.getMessagesCount();
    return count == 0 ? Optional.empty() : Optional.of(new Batch(body.build(), count, reserved));
  }

  private void dropTooLarge(long bytes) {
    GroupMessage message = waiting.remove();
    if (!toldOfTooLarge) {
      toldOfTooLarge = true;
      String kind = message.message().getClass().getSimpleName();
      log.warn("a {} of {} bytes is dropped: a frame holds {}", kind, bytes, frameBytesMax);
    }
    drop(message);
  }

  private void drop(GroupMessage message) {
    reservedBytes.addAndGet(-MessageSize.bytes(message.message()));
    counters.dropped(1);
  }
}
