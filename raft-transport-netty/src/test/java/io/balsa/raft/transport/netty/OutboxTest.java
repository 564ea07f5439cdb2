package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.GroupId;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OutboxTest {
  private static final int FRAME_BYTES_MAX = 4096;

  private final PeerCounters counters = new PeerCounters();
  private final Outbox outbox = new Outbox(FRAME_BYTES_MAX, counters);

  @Test
  void whatExceedsTheLimitIsDroppedAndCountedUntilThereIsRoom() {
    outbox.limitTo(2_500);
    outbox.offer(List.of(ofBytes(1_000)));
    outbox.offer(List.of(ofBytes(1_000)));
    outbox.offer(List.of(ofBytes(1_000)));
    assertThat(counters.snapshot().messagesDropped()).isEqualTo(1);

    // Taken, but not written yet: there is no more room than before.
    Outbox.Batch batch = outbox.nextBatch().orElseThrow();
    assertThat(batch.messages()).isEqualTo(2);
    outbox.offer(List.of(ofBytes(1_000)));
    assertThat(counters.snapshot().messagesDropped()).isEqualTo(2);

    outbox.release(batch);
    outbox.offer(List.of(ofBytes(1_000)));
    assertThat(outbox.nextBatch().orElseThrow().messages()).isEqualTo(1);
    assertThat(counters.snapshot().messagesDropped()).isEqualTo(2);
  }

  @Test
  void anEmptyOutboxTakesEvenWhatExceedsItsLimit() {
    outbox.limitTo(10);
    outbox.offer(List.of(ofBytes(3_000)));
    assertThat(outbox.nextBatch()).isPresent();
  }

  @Test
  void messagesThatDoNotFitOneFrameTravelInSeveral() {
    outbox.limitTo(Long.MAX_VALUE);
    outbox.offer(List.of(ofBytes(2_000), ofBytes(2_000), ofBytes(2_000)));
    assertThat(outbox.nextBatch().orElseThrow().messages()).isEqualTo(2);
    assertThat(outbox.nextBatch().orElseThrow().messages()).isEqualTo(1);
    assertThat(outbox.nextBatch()).isEmpty();
  }

  @Test
  void aMessageThatNoFrameHoldsIsDroppedAndTheNextOneIsNot() {
    outbox.limitTo(Long.MAX_VALUE);
    outbox.offer(List.of(ofBytes(FRAME_BYTES_MAX), ofBytes(10)));
    assertThat(outbox.nextBatch().orElseThrow().messages()).isEqualTo(1);
    assertThat(counters.snapshot().messagesDropped()).isEqualTo(1);
  }

  @Test
  void whatIsDroppedMakesRoom() {
    outbox.limitTo(1_500);
    outbox.offer(List.of(ofBytes(1_000)));
    outbox.dropAll();
    outbox.offer(List.of(ofBytes(1_000)));
    outbox.offer(List.of(ofBytes(1)));
    assertThat(outbox.nextBatch().orElseThrow().messages()).isEqualTo(2);
    assertThat(counters.snapshot().messagesDropped()).isEqualTo(1);
  }

  private static GroupMessage ofBytes(int bytes) {
    Message message = new Message.ProposeRequest(1, 1, List.of(Bytes.wrap(new byte[bytes])));
    return new GroupMessage(GroupId.ONLY, message);
  }
}
