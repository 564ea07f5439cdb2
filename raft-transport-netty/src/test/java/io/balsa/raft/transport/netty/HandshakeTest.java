package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.testkit.contract.RecordingInbound;
import io.balsa.raft.transport.netty.wire.FrameType;
import io.balsa.raft.transport.netty.wire.MessageCodec;
import io.balsa.raft.transport.netty.wire.proto.Hello;
import io.balsa.raft.transport.netty.wire.proto.HelloAnswer;
import io.balsa.raft.transport.netty.wire.proto.WireBatch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class HandshakeTest {
  private static final NodeId SELF = NodeId.of("self");
  private static final NodeId PEER = NodeId.of("peer");
  private static final long CLUSTER = 0xBA15AL;
  private static final int FRAME_BYTES_MAX = 1 << 20;

  private final RecordingInbound heard = new RecordingInbound();
  // Longer than the client waits: a test that passes has not merely seen the time run out.
  private NettyTransport transport = transport(Duration.ofMinutes(1));

  private static NettyTransport transport(Duration handshakeTimeout) {
    return NettyTransport.builder(SELF)
        .bind(new InetSocketAddress("127.0.0.1", 0))
        .clusterId(CLUSTER)
        .frameBytesMax(FRAME_BYTES_MAX)
        .handshakeTimeout(handshakeTimeout)
        // Discard: the peer isn't really there.
        .peer(PEER, new InetSocketAddress("127.0.0.1", 9))
        .build();
  }

  @BeforeEach
  void start() {
    transport.start(heard);
  }

  @AfterEach
  void stop() {
    transport.close();
  }

  @Test
  void aPeerIsAcceptedAndHeard() throws Exception {
    try (RawClient client = connect()) {
      client.send(FrameType.HELLO, hello().build());
      HelloAnswer answer = client.readAnswer();
      assertThat(answer.getRefusal()).isZero();
      assertThat(answer.getAnswerer()).isEqualTo(SELF.value());
      assertThat(answer.getClusterId()).isEqualTo(CLUSTER);

      client.send(FrameType.MESSAGES, batch());
      heard.awaitCount(received -> received.from().equals(PEER), 1);
    }
  }

  @Test
  void aHostOfAnotherClusterIsRefused() throws Exception {
    assertRefused(
        hello().setClusterId(1), Refusal.Reason.WRONG_CLUSTER, "cluster 1 instead of ba15a");
  }

  @Test
  void aCallForSomebodyElseIsRefused() throws Exception {
    assertRefused(
        hello().setReceiver("other"),
        Refusal.Reason.WRONG_RECEIVER,
        "a call for other instead of self");
  }

  @Test
  void anUnknownSenderIsRefused() throws Exception {
    assertRefused(
        hello().setSender("mallory"),
        Refusal.Reason.UNKNOWN_SENDER,
        "mallory isn't a peer of self");
  }

  @Test
  void anotherProtocolVersionIsRefused() throws Exception {
    assertRefused(
        hello().setProtocolVersion(2),
        Refusal.Reason.UNSUPPORTED_VERSION,
        "protocol version 2 instead of 1");
  }

  @Test
  void aRemovedPeerIsDisconnectedAndAStrangerFromThenOn() throws Exception {
    try (RawClient client = connect()) {
      client.send(FrameType.HELLO, hello().build());
      assertThat(client.readAnswer().getRefusal()).isZero();
      transport.removePeer(PEER);
      assertThat(client.isClosedByOther()).isTrue();
    }
    assertRefused(hello(), Refusal.Reason.UNKNOWN_SENDER, "peer isn't a peer of self");
  }

  @Test
  void messagesThatFollowARefusedHelloDoNotCount() throws Exception {
    byte[] hello = RawClient.bytes(FrameType.HELLO, hello().setClusterId(1).build());
    byte[] messages = RawClient.bytes(FrameType.MESSAGES, batch());
    try (RawClient client = connect()) {
      ByteBuffer both = ByteBuffer.allocate(hello.length + messages.length);
      client.send(both.put(hello).put(messages).array());
      assertThat(client.readAnswer().getRefusal()).isNotZero();
      assertThat(client.isClosedByOther()).isTrue();
    }
    assertThat(heard.received()).isEmpty();
  }

  @Test
  void messagesBeforeTheHelloDoNotCount() throws Exception {
    assertClosedOn(RawClient.bytes(FrameType.MESSAGES, batch()));
    assertThat(heard.received()).isEmpty();
  }

  @Test
  void anotherMagicNumberIsTurnedAway() throws Exception {
    assertClosedOn(RawClient.bytes(FrameType.HELLO, hello().setMagic(1).build()));
  }

  @Test
  void aNodeIdThatIsNoneIsTurnedAway() throws Exception {
    assertClosedOn(RawClient.bytes(FrameType.HELLO, hello().setSender("two words\n").build()));
  }

  @Test
  void anotherProtocolIsTurnedAway() throws Exception {
    assertClosedOn("GET / HTTP/1.1\r\nHost: here\r\n\r\n".getBytes("US-ASCII"));
  }

  @Test
  void aStrangerMayNotSendMoreThanAKibibyte() throws Exception {
    assertClosedOn(RawClient.header(1025, 1));
  }

  @Test
  void evenAPeerMayNotSendAFrameAboveTheLimit() throws Exception {
    try (RawClient client = connect()) {
      client.send(FrameType.HELLO, hello().build());
      assertThat(client.readAnswer().getRefusal()).isZero();
      client.send(RawClient.header(FRAME_BYTES_MAX + 1, 3));
      assertThat(client.isClosedByOther()).isTrue();
    }
  }

  @Test
  void whoSaysNothingIsTurnedAwayInTime() throws Exception {
    transport.close();
    transport = transport(Duration.ofMillis(50));
    transport.start(heard);
    try (RawClient client = connect()) {
      assertThat(client.isClosedByOther()).isTrue();
    }
  }

  @Test
  void aSecondConnectionOfAPeerReplacesTheFirst() throws Exception {
    try (RawClient first = connect();
        RawClient second = connect()) {
      first.send(FrameType.HELLO, hello().build());
      assertThat(first.readAnswer().getRefusal()).isZero();
      second.send(FrameType.HELLO, hello().build());
      assertThat(second.readAnswer().getRefusal()).isZero();

      assertThat(first.isClosedByOther()).isTrue();
      second.send(FrameType.MESSAGES, batch());
      heard.awaitCount(received -> received.from().equals(PEER), 1);
    }
  }

  private void assertRefused(Hello.Builder hello, Refusal.Reason reason, String text)
      throws IOException {
    try (RawClient client = connect()) {
      client.send(FrameType.HELLO, hello.build());
      HelloAnswer answer = client.readAnswer();
      assertThat(answer.getRefusal()).isEqualTo(reason.code());
      assertThat(answer.getRefusalText()).isEqualTo(text);
      assertThat(client.isClosedByOther()).isTrue();
    }
    assertThat(transport.stats().connectionsRefused()).isPositive();
  }

  private void assertClosedOn(byte[] bytes) throws IOException {
    try (RawClient client = connect()) {
      client.send(bytes);
      assertThat(client.isClosedByOther()).isTrue();
    }
  }

  private RawClient connect() throws IOException {
    return new RawClient(transport.localAddress().orElseThrow());
  }

  private static Hello.Builder hello() {
    return new Handshake(PEER, CLUSTER).hello(SELF, Purpose.MESSAGES).toBuilder();
  }

  private static WireBatch batch() {
    GroupMessage message = new GroupMessage(GroupId.ONLY, new Message.TimeoutNow(1));
    return WireBatch.newBuilder().addMessages(MessageCodec.encode(message)).build();
  }
}
