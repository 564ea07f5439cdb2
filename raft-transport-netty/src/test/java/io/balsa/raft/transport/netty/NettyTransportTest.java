package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.InvalidConfigException;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.Transport;
import io.balsa.raft.testkit.contract.RecordingInbound;
import io.balsa.raft.transport.netty.wire.FrameType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What this transport promises beyond the contract. */
final class NettyTransportTest {
  private static final NodeId A = NodeId.of("a");
  private static final NodeId B = NodeId.of("b");
  private static final long DEADLINE_SECONDS = 20;

  private final List<NettyTransport> opened = new ArrayList<>();

  @AfterEach
  void closeAll() {
    opened.forEach(NettyTransport::close);
  }

  @Test
  void aSnapshotTravelsOnAConnectionOfItsOwnThatIsOpenedForIt() throws Exception {
    RecordingInbound heard = new RecordingInbound();
    NettyTransport b = start(B, heard);
    NettyTransport a = start(A, new RecordingInbound());
    join(a, b);
    sendUntilHeard(a, heard);
    assertThat(a.stats().peer(B).orElseThrow().connectionsOpened()).isEqualTo(1);

    Message chunk =
        new Message.InstallSnapshotRequest(1, SnapshotMeta.NONE, 1, 0, Bytes.utf8("chunk"), true);
    a.send(B, List.of(new GroupMessage(GroupId.ONLY, chunk)));
    heard.awaitCount(r -> r.message().message().equals(chunk), 1);
    assertThat(a.stats().peer(B).orElseThrow().connectionsOpened()).isEqualTo(2);
  }

  @Test
  void aPeerThatStopsReadingCostsItsMessagesAndNothingElse() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      NettyTransport a =
          track(builder(A).outboundBytesMax(1 << 20).peer(B, addressOf(listener)).build());
      a.start(new RecordingInbound());
      try (Socket deaf = listener.accept()) {
        var answer = new Handshake(B, 0).answer(Optional.empty());
        deaf.getOutputStream().write(RawClient.bytes(FrameType.HELLO_ANSWER, answer));
        await(() -> a.stats().peer(B).orElseThrow().connectionsOpened() == 1, a);

        GroupMessage big = ofBytes(100_000);
        await(
            () -> {
              a.send(B, List.of(big));
              return a.stats().peer(B).orElseThrow().messagesDropped() > 100;
            },
            a);
      }
    }
  }

  @Test
  void aPeerMayMoveWhileTheTransportRuns() throws Exception {
    RecordingInbound before = new RecordingInbound();
    NettyTransport first = start(B, before);
    NettyTransport a = start(A, new RecordingInbound());
    join(a, first);
    sendUntilHeard(a, before);

    RecordingInbound after = new RecordingInbound();
    NettyTransport second = start(B, after);
    join(a, second);
    sendUntilHeard(a, after);
    assertThat(a.stats().peer(B).orElseThrow().connectionsOpened()).isEqualTo(2);
  }

  @Test
  void nothingIsSentToARemovedPeer() throws Exception {
    RecordingInbound heard = new RecordingInbound();
    NettyTransport b = start(B, heard);
    NettyTransport a = start(A, new RecordingInbound());
    join(a, b);
    sendUntilHeard(a, heard);

    a.removePeer(B);
    a.send(B, List.of(ofBytes(1), ofBytes(2)));
    assertThat(a.stats().messagesToStrangers()).isEqualTo(2);
    assertThat(a.stats().peers()).isEmpty();
  }

  @Test
  void aPeerOfAnotherClusterIsNeverHeard() throws Exception {
    RecordingInbound heard = new RecordingInbound();
    NettyTransport b = track(builder(B).clusterId(2).build());
    b.start(heard);
    NettyTransport a = start(A, new RecordingInbound());
    join(a, b);
    await(
        () -> {
          a.send(B, List.of(ofBytes(1)));
          return b.stats().connectionsRefused() > 2;
        },
        a);
    assertThat(heard.received()).isEmpty();
    assertThat(a.stats().peer(B).orElseThrow().connectionsOpened()).isZero();
  }

  @Test
  void aHostMayCloseTheTransportFromWithinACallback() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    NettyTransport b = track(builder(B).build());
    b.start(
        new Transport.Inbound() {
          @Override
          public void onMessages(NodeId from, List<GroupMessage> messages) {
            b.close();
            closed.countDown();
          }

          @Override
          public void onPeerUnreachable(NodeId peer) {
            throw new AssertionError("nobody left");
          }
        });
    NettyTransport a = start(A, new RecordingInbound());
    join(a, b);
    await(
        () -> {
          a.send(B, List.of(ofBytes(1)));
          return closed.getCount() == 0;
        },
        a);
  }

  @Test
  void aHostThatFailsOnAMessageHearsTheNext() throws Exception {
    RecordingInbound heard = new RecordingInbound();
    Predicate<GroupMessage> poison = message -> message.message().term() == 13;
    NettyTransport b = track(builder(B).build());
    b.start(
        new Transport.Inbound() {
          @Override
          public void onMessages(NodeId from, List<GroupMessage> messages) {
            if (messages.stream().anyMatch(poison)) {
              throw new IllegalStateException("on purpose");
            }
            heard.onMessages(from, messages);
          }

          @Override
          public void onPeerUnreachable(NodeId peer) {
            heard.onPeerUnreachable(peer);
          }
        });
    NettyTransport a = start(A, new RecordingInbound());
    join(a, b);
    sendUntilHeard(a, heard);
    a.send(B, List.of(new GroupMessage(GroupId.ONLY, new Message.TimeoutNow(13))));
    a.send(B, List.of(new GroupMessage(GroupId.ONLY, new Message.TimeoutNow(14))));
    sendUntilHeard(a, heard);
    assertThat(a.stats().peer(B).orElseThrow().connectionsOpened()).isEqualTo(1);
  }

  @Test
  void aTakenPortIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      NettyTransport a = track(NettyTransport.builder(A).bind(addressOf(taken)).build());
      assertThatThrownBy(() -> a.start(new RecordingInbound()))
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("can't listen on 127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("in use");
    }
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> NettyTransport.builder(A).build())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("no address to listen on");
    assertThatThrownBy(() -> builder(A).frameBytesMax(1).build())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("frameBytesMax must be from 4096");
    assertThatThrownBy(() -> builder(A).connectTimeout(Duration.ZERO).build())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("connectTimeout");
  }

  private NettyTransport start(NodeId self, RecordingInbound inbound) {
    NettyTransport transport = track(builder(self).build());
    transport.start(inbound);
    return transport;
  }

  private static NettyTransportBuilder builder(NodeId self) {
    return NettyTransport.builder(self).bind(new InetSocketAddress("127.0.0.1", 0));
  }

  private NettyTransport track(NettyTransport transport) {
    opened.add(transport);
    return transport;
  }

  private static void join(NettyTransport a, NettyTransport b) {
    b.setPeer(A, a.localAddress().orElseThrow());
    a.setPeer(B, b.localAddress().orElseThrow());
  }

  private static void sendUntilHeard(NettyTransport a, RecordingInbound heard) throws Exception {
    int before = heard.received().size();
    await(
        () -> {
          a.send(B, List.of(ofBytes(1)));
          return heard.received().size() > before;
        },
        a);
  }

  private static InetSocketAddress addressOf(ServerSocket socket) {
    return new InetSocketAddress("127.0.0.1", socket.getLocalPort());
  }

  private static GroupMessage ofBytes(int bytes) {
    Message message = new Message.ProposeRequest(1, 1, List.of(Bytes.wrap(new byte[bytes])));
    return new GroupMessage(GroupId.ONLY, message);
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition, NettyTransport shown) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    CountDownLatch never = new CountDownLatch(1);
    while (!condition.holds()) {
      if (System.nanoTime() > deadline || never.await(1, TimeUnit.MILLISECONDS)) {
        throw new AssertionError("waited in vain: " + shown.stats());
      }
    }
  }
}
