package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.testkit.contract.RecordingInbound;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What strangers and former peers are told. */
@Timeout(60)
final class ReceptionTest {
  private static final NodeId A = NodeId.of("a");
  private static final NodeId B = NodeId.of("b");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final List<NettyTransport> opened = new ArrayList<>();

  @AfterEach
  void closeAll() {
    opened.forEach(NettyTransport::close);
  }

  @Test
  void aStrangersQuestionIsAnsweredWhateverItsClusterIs() throws Exception {
    NettyTransport host = start(B, reception(question -> Bytes.utf8(question + "?")));
    assertThat(ask(host, Bytes.utf8("who"))).isEqualTo(Bytes.utf8(Bytes.utf8("who") + "?"));
    assertThat(host.stats().connectionsRefused()).isZero();
  }

  @Test
  void theLargestAnswerArrivesAndALargerOneDoesNot() throws Exception {
    int envelope = 16;
    NettyTransport host =
        start(B, reception(question -> Bytes.wrap(new byte[(int) question.getLong(0)])));
    int most = Reception.ANSWER_BYTES_MAX - envelope;
    assertThat(ask(host, Bytes.ofLong(most)).size()).isEqualTo(most);
    assertThatThrownBy(() -> ask(host, Bytes.ofLong(Reception.ANSWER_BYTES_MAX)))
        .hasCauseInstanceOf(IOException.class)
        .hasMessageContaining("are allowed");
  }

  @Test
  void aQuestionLargerThanAHelloIsRefused() throws Exception {
    NettyTransport host = start(B, reception(question -> question));
    assertThatThrownBy(() -> ask(host, Bytes.wrap(new byte[Handshake.BODY_BYTES_MAX])))
        .hasCauseInstanceOf(IOException.class);
    assertThat(host.stats().connectionsRefused()).isEqualTo(1);
  }

  @Test
  void whyThereIsNoAnswerIsSaid() {
    NettyTransport host = start(B, new Reception() {});
    assertThatThrownBy(() -> ask(host, Bytes.EMPTY))
        .hasCauseInstanceOf(IOException.class)
        .hasMessageContaining("this host answers no questions");
  }

  @Test
  void anAnswerThatDoesNotComeEndsTheQuestion() {
    NettyTransport host =
        start(
            B,
            new Reception() {
              @Override
              public CompletableFuture<Bytes> answer(Bytes question) {
                return new CompletableFuture<>();
              }
            });
    assertThatThrownBy(
            () ->
                NettyTransport.ask(addressOf(host), Bytes.EMPTY, Duration.ofMillis(50))
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .hasMessageContaining("no answer within");
  }

  @Test
  void aFormerPeerIsToldThatItWasRemovedAndAStrangerIsNot() throws Exception {
    CompletableFuture<NodeId> told = new CompletableFuture<>();
    NettyTransport host =
        start(
            B,
            new Reception() {
              @Override
              public boolean wasRemoved(NodeId node) {
                return node.equals(A);
              }
            });
    Reception listening =
        new Reception() {
          @Override
          public void onRemoved(NodeId saidBy) {
            told.complete(saidBy);
          }
        };
    CompletableFuture<NodeId> strangerTold = new CompletableFuture<>();
    NettyTransport stranger =
        start(
            NodeId.of("stranger"),
            new Reception() {
              @Override
              public void onRemoved(NodeId saidBy) {
                strangerTold.complete(saidBy);
              }
            });
    stranger.setPeer(B, addressOf(host));
    NettyTransport former = start(A, listening);
    former.setPeer(B, addressOf(host));
    assertThat(told.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(B);
    assertThat(former.isConnected(B)).isFalse();
    assertThat(strangerTold).isNotDone();
  }

  private interface Answering {
    Bytes to(Bytes question);
  }

  private static Reception reception(Answering answering) {
    return new Reception() {
      @Override
      public CompletableFuture<Bytes> answer(Bytes question) {
        return CompletableFuture.completedFuture(answering.to(question));
      }
    };
  }

  private static Bytes ask(NettyTransport host, Bytes question) throws Exception {
    return NettyTransport.ask(addressOf(host), question, PATIENCE)
        .get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static InetSocketAddress addressOf(NettyTransport host) {
    return host.localAddress().orElseThrow();
  }

  private NettyTransport start(NodeId self, Reception reception) {
    NettyTransport transport =
        NettyTransport.builder(self)
            .bind(new InetSocketAddress("127.0.0.1", 0))
            .reception(reception)
            .build();
    opened.add(transport);
    transport.start(new RecordingInbound());
    return transport;
  }
}
