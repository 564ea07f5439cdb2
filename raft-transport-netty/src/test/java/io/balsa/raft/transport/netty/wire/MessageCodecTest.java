package io.balsa.raft.transport.netty.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.testkit.contract.RandomMessages;
import io.balsa.raft.transport.netty.wire.proto.WireAppendRequest;
import io.balsa.raft.transport.netty.wire.proto.WireBatch;
import io.balsa.raft.transport.netty.wire.proto.WireEntry;
import io.balsa.raft.transport.netty.wire.proto.WireEntryId;
import io.balsa.raft.transport.netty.wire.proto.WireGroupMessage;
import io.balsa.raft.transport.netty.wire.proto.WireProposeRejected;
import io.balsa.raft.transport.netty.wire.proto.WireTimeoutNow;
import io.balsa.raft.transport.netty.wire.proto.WireVoteRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class MessageCodecTest {
  private static final WireEntryId ID = WireEntryId.newBuilder().setTerm(2).setIndex(5).build();

  @Test
  void tenThousandMessagesOfAllKindsComeBackEqual() throws WireFormatException {
    RandomMessages random = new RandomMessages(20_261_120);
    for (int i = 0; i < 1_000; i++) {
      List<GroupMessage> sent = new ArrayList<>();
      for (int k = 0; k < 10; k++) {
        sent.add(random.next());
      }
      assertThat(MessageCodec.decode(body(sent))).isEqualTo(sent);
    }
  }

  /** The sample leaves them off: its bytes are older than they are. */
  @Test
  void theFlagsOfHeartbeatsComeBack() throws WireFormatException {
    List<GroupMessage> sent =
        List.of(
            new GroupMessage(
                GroupId.of(1),
                new Message.HeartbeatRequest(2, 3, 4, Optional.of(new EntryId(1, 2)), true)),
            new GroupMessage(GroupId.of(1), new Message.HeartbeatResponse(2, 4, true)),
            new GroupMessage(GroupId.HOST, new Message.HostHeartbeat(Long.MAX_VALUE, true)));
    assertThat(MessageCodec.decode(body(sent))).isEqualTo(sent);
  }

  @Test
  void theSampleHoldsEveryKindOfMessage() {
    var kinds =
        new RandomMessages(1)
            .oneOfEach().stream().map(m -> m.message().getClass()).collect(Collectors.toSet());
    assertThat(kinds).hasSameSizeAs(Message.class.getPermittedSubclasses());
  }

  @Test
  void payloadsAreSharedWithTheFrameAndNotCopied() throws WireFormatException {
    Bytes command = Bytes.utf8("find me in the frame");
    Message propose = new Message.ProposeRequest(1, 1, List.of(command));
    byte[] body = body(List.of(new GroupMessage(GroupId.of(1), propose)));

    GroupMessage decoded = MessageCodec.decode(body).get(0);
    Arrays.fill(body, (byte) '!');

    Message.ProposeRequest received = (Message.ProposeRequest) decoded.message();
    assertThat(received.commands().get(0).toUtf8()).isEqualTo("!".repeat(command.size()));
  }

  @Test
  void damagedBodiesAreRefusedByTheDeclaredExceptionOnly() {
    Random random = new Random(42);
    RandomMessages messages = new RandomMessages(43);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] body = damaged(body(List.of(messages.next(), messages.next())), random);
      try {
        assertThat(MessageCodec.decode(body)).doesNotContainNull();
      } catch (WireFormatException e) {
        assertThat(e).hasMessageNotContaining("null");
        refused++;
      }
    }
    // A flipped bit inside a payload goes unnoticed here; the frame's CRC is there for it.
    assertThat(refused).isGreaterThan(8_000);
  }

  private static byte[] damaged(byte[] body, Random random) {
    switch (random.nextInt(3)) {
      case 0 -> {
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
          body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return body;
      }
      case 1 -> {
        return Arrays.copyOf(body, random.nextInt(body.length));
      }
      default -> {
        byte[] garbage = new byte[random.nextInt(300)];
        random.nextBytes(garbage);
        return garbage;
      }
    }
  }

  @Test
  void anEmptyBatchIsRefused() {
    assertRefused(WireBatch.getDefaultInstance(), "holds no message");
  }

  @Test
  void aMessageOfNoKnownKindIsRefused() {
    assertRefused(WireGroupMessage.newBuilder().setGroup(1), "no kind");
  }

  @Test
  void aNegativeGroupIsRefused() {
    var timeoutNow = WireTimeoutNow.newBuilder().setTerm(1);
    assertRefused(
        WireGroupMessage.newBuilder().setGroup(-1).setTimeoutNow(timeoutNow), "group is negative");
  }

  @Test
  void aTermAboveTheLargestLongIsRefused() {
    var timeoutNow = WireTimeoutNow.newBuilder().setTerm(Long.MIN_VALUE);
    assertRefused(WireGroupMessage.newBuilder().setTimeoutNow(timeoutNow), "term is negative");
  }

  @Test
  void aMissingPartIsNamed() {
    var vote = WireVoteRequest.newBuilder().setTerm(3);
    assertRefused(WireGroupMessage.newBuilder().setVoteRequest(vote), "lacks its last");
  }

  @Test
  void entriesThatAreNotConsecutiveAreRefused() {
    assertRefused(append(entry(2, 6), entry(2, 8)), "can't follow");
    assertRefused(append(entry(2, 5)), "can't follow");
    assertRefused(append(entry(2, Long.MIN_VALUE)), "index is negative");
  }

  @Test
  void termsThatFallAlongTheLogAreRefused() {
    assertRefused(append(entry(1, 6)), "can't follow");
  }

  @Test
  void entriesOfATermThatTheLeaderHasNotReachedAreRefused() {
    assertRefused(append(entry(4, 6)), "a leader of term 3");
  }

  @Test
  void anUnknownKindOfEntryIsRefused() {
    assertRefused(append(entry(2, 6).setKind(9)), "no entry kind has the code 9");
  }

  @Test
  void aMembershipThatCanNotBeReadIsRefused() {
    ByteString garbage = ByteString.copyFromUtf8("garbage");
    assertRefused(append(entry(2, 6).setKind(2).setPayload(garbage)), "membership");
  }

  @Test
  void aNoopWithAPayloadIsRefused() {
    ByteString payload = ByteString.copyFromUtf8("something");
    assertRefused(append(entry(2, 6).setKind(0).setPayload(payload)), "has a payload");
  }

  @Test
  void aRejectionWithoutAReasonIsRefused() {
    var rejected = WireProposeRejected.newBuilder().setTerm(1).setCount(1);
    assertRefused(WireGroupMessage.newBuilder().setProposeRejected(rejected), "no known reason");
    rejected.setReasonValue(77);
    assertRefused(WireGroupMessage.newBuilder().setProposeRejected(rejected), "no known reason");
  }

  private static WireEntry.Builder entry(long term, long index) {
    return WireEntry.newBuilder().setTerm(term).setIndex(index).setKind(1);
  }

  private static WireGroupMessage.Builder append(WireEntry.Builder... entries) {
    WireAppendRequest.Builder append = WireAppendRequest.newBuilder().setTerm(3).setPrev(ID);
    for (WireEntry.Builder entry : entries) {
      append.addEntries(entry);
    }
    return WireGroupMessage.newBuilder().setAppendRequest(append);
  }

  private static void assertRefused(WireGroupMessage.Builder message, String why) {
    assertRefused(WireBatch.newBuilder().addMessages(message).build(), why);
  }

  private static void assertRefused(WireBatch batch, String why) {
    assertThatThrownBy(() -> MessageCodec.decode(batch.toByteArray()))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining(why);
  }

  static byte[] body(List<GroupMessage> messages) {
    WireBatch.Builder batch = WireBatch.newBuilder();
    messages.forEach(message -> batch.addMessages(MessageCodec.encode(message)));
    return batch.build().toByteArray();
  }
}
