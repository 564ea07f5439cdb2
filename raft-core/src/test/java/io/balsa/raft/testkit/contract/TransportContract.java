package io.balsa.raft.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.InvalidConfigException;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.Transport;
import io.balsa.raft.testkit.contract.RecordingInbound.Received;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What a host relies on when it is given a {@link Transport}. Extend it, say how a transport is made, and all of it is run
 * against yours.
 */
public abstract class TransportContract {
  protected static final NodeId A = NodeId.of("a");
  protected static final NodeId B = NodeId.of("b");
  protected static final NodeId C = NodeId.of("c");
  protected static final NodeId STRANGER = NodeId.of("stranger");

  private static final long DEADLINE_SECONDS = 20;
  private static final long PROBE_INTERVAL_MILLIS = 20;

  /** Marks what {@link #connect} sends, so that tests can look past it. */
  private static final GroupId PROBES = GroupId.of(Long.MAX_VALUE);

  private final List<Transport> opened = new ArrayList<>();
  private long nextProbe;

  /**
   * A transport for one of {@link #A}, {@link #B} and {@link #C}, not started, that knows the other two. The same node may be
   * asked for again after the earlier one was closed: it must be reachable where it was before.
   */
  protected abstract Transport transport(NodeId self) throws Exception;

  /** A payload that one message can still carry. */
  protected int bigPayloadBytes() {
    return 4 << 20;
  }

  @AfterEach
  void closeAll() {
    opened.forEach(Transport::close);
  }

  @Test
  void messagesOfOneSenderArriveInTheOrderSent() throws Exception {
    Transport a = start(A, new RecordingInbound());
    RecordingInbound heardByB = new RecordingInbound();
    start(B, heardByB);
    connect(a, B, heardByB);

    List<GroupMessage> sent = new ArrayList<>();
    for (int batch = 0; batch < 200; batch++) {
      List<GroupMessage> messages = numbered(sent.size(), 1 + batch % 7);
      a.send(B, messages);
      sent.addAll(messages);
    }

    heardByB.awaitCount(notProbe(), sent.size());
    assertThat(messages(heardByB)).isEqualTo(sent);
  }

  @Test
  void everyKindOfMessageArrivesAsItWasSent() throws Exception {
    Transport a = start(A, new RecordingInbound());
    RecordingInbound heardByB = new RecordingInbound();
    start(B, heardByB);
    connect(a, B, heardByB);

    List<GroupMessage> sent = new RandomMessages(1).oneOfEach();
    a.send(B, sent);

    // A snapshot may travel on a connection of its own and overtake, or be overtaken.
    heardByB.awaitCount(notProbe(), sent.size());
    assertThat(messages(heardByB)).containsExactlyInAnyOrderElementsOf(sent);
  }

  @Test
  void aBigMessageArrivesWhole() throws Exception {
    Transport a = start(A, new RecordingInbound());
    RecordingInbound heardByB = new RecordingInbound();
    start(B, heardByB);
    connect(a, B, heardByB);

    byte[] payload = new byte[bigPayloadBytes()];
    new Random(7).nextBytes(payload);
    List<Entry> entries = List.of(Entry.command(new EntryId(1, 1), Bytes.wrap(payload)));
    GroupMessage big =
        new GroupMessage(GroupId.ONLY, new Message.AppendRequest(1, EntryId.ZERO, entries, 0));
    a.send(B, List.of(big));

    heardByB.awaitCount(notProbe(), 1);
    assertThat(messages(heardByB).get(0).equals(big)).isTrue();
  }

  @Test
  void sendersAreToldApart() throws Exception {
    Transport a = start(A, new RecordingInbound());
    Transport c = start(C, new RecordingInbound());
    RecordingInbound heardByB = new RecordingInbound();
    start(B, heardByB);
    connect(a, B, heardByB);
    connect(c, B, heardByB);

    a.send(B, numbered(0, 100));
    c.send(B, numbered(1000, 100));

    heardByB.awaitCount(notProbe(), 200);
    for (Received received : heardByB.received()) {
      if (notProbe().test(received)) {
        NodeId sender = received.message().message().term() < 1000 ? A : C;
        assertThat(received.from()).isEqualTo(sender);
      }
    }
  }

  @Test
  void severalThreadsMaySendAtOnceAndEachKeepsItsOrder() throws Exception {
    Transport a = start(A, new RecordingInbound());
    RecordingInbound heardByB = new RecordingInbound();
    start(B, heardByB);
    connect(a, B, heardByB);

    List<Thread> senders = new ArrayList<>();
    for (int group = 0; group < 4; group++) {
      GroupId id = GroupId.of(group);
      Runnable sending =
          () -> {
            for (int i = 0; i < 500; i++) {
              a.send(B, List.of(new GroupMessage(id, new Message.TimeoutNow(i))));
            }
          };
      senders.add(new Thread(sending, "sender-" + group));
    }
    senders.forEach(Thread::start);
    heardByB.awaitCount(notProbe(), 4 * 500);

    for (int group = 0; group < 4; group++) {
      GroupId id = GroupId.of(group);
      List<Long> terms =
          messages(heardByB).stream()
              .filter(m -> m.group().equals(id))
              .map(m -> m.message().term())
              .toList();
      assertThat(terms).hasSize(500).isSorted();
    }
  }

  @Test
  void sendingToNobodyHarmsNobody() throws Exception {
    Transport a = start(A, new RecordingInbound());
    a.send(STRANGER, numbered(0, 10));
    a.send(C, numbered(0, 10));
    a.send(A, numbered(0, 10));
    a.send(B, List.of());

    RecordingInbound heardByB = new RecordingInbound();
    start(B, heardByB);
    connect(a, B, heardByB);
  }

  @Test
  void sendingBeforeTheStartOrAfterTheEndIsHarmless() throws Exception {
    Transport a = transport(A);
    a.send(B, numbered(0, 10));
    a.close();
    a.send(B, numbered(0, 10));
  }

  @Test
  void aReceiverThatCameBackHearsAgain() throws Exception {
    RecordingInbound heardByA = new RecordingInbound();
    Transport a = start(A, heardByA);
    RecordingInbound firstLife = new RecordingInbound();
    Transport b = start(B, firstLife);
    connect(a, B, firstLife);
    connect(b, A, heardByA);
    b.close();
    a.send(B, numbered(0, 10));

    RecordingInbound secondLife = new RecordingInbound();
    Transport again = start(B, secondLife);
    connect(a, B, secondLife);
    connect(again, A, heardByA);
  }

  @Test
  void aPeerThatWentAwayIsReportedOnceForEachTime() throws Exception {
    RecordingInbound heardByA = new RecordingInbound();
    Transport a = start(A, heardByA);
    for (int life = 1; life <= 2; life++) {
      RecordingInbound heardByB = new RecordingInbound();
      Transport b = start(B, heardByB);
      connect(a, B, heardByB);
      assertThat(heardByA.unreachable()).hasSize(life - 1);

      b.close();
      heardByA.awaitUnreachable(B, life);
    }
    RecordingInbound heardByB = new RecordingInbound();
    start(B, heardByB);
    connect(a, B, heardByB);
    assertThat(heardByA.unreachable()).containsExactly(B, B);
  }

  @Test
  void aPeerThatWasNeverThereIsNotReportedGone() throws Exception {
    RecordingInbound heardByA = new RecordingInbound();
    Transport a = start(A, heardByA);
    a.send(C, numbered(0, 10));

    RecordingInbound heardByB = new RecordingInbound();
    start(B, heardByB);
    connect(a, B, heardByB);
    assertThat(heardByA.unreachable()).isEmpty();
  }

  @Test
  void nothingIsDeliveredAfterClose() throws Exception {
    Transport a = start(A, new RecordingInbound());
    RecordingInbound firstLife = new RecordingInbound();
    Transport b = start(B, firstLife);
    connect(a, B, firstLife);
    a.send(B, numbered(0, 5000));

    b.close();
    int heard = firstLife.received().size();
    b.close();
    a.send(B, numbered(0, 5000));

    // That the next one hears shows that there was time for a late delivery to the first.
    RecordingInbound secondLife = new RecordingInbound();
    start(B, secondLife);
    connect(a, B, secondLife);
    assertThat(firstLife.received()).hasSize(heard);
  }

  @Test
  void whereSomebodyListensAlreadyAnotherCanNotStart() throws Exception {
    start(A, new RecordingInbound());
    Transport second = open(A);
    assertThatThrownBy(() -> second.start(new RecordingInbound()))
        .isInstanceOf(InvalidConfigException.class);
  }

  /** Sends until something comes through: best effort allows that the first ones are lost. */
  protected final void connect(Transport from, NodeId to, RecordingInbound heard)
      throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    long first = nextProbe;
    Predicate<Received> isProbe =
        r -> r.message().group().equals(PROBES) && r.message().message().term() >= first;
    while (System.nanoTime() < deadline) {
      from.send(to, List.of(new GroupMessage(PROBES, new Message.TimeoutNow(nextProbe++))));
      if (heard.awaitMessage(isProbe, PROBE_INTERVAL_MILLIS)) {
        return;
      }
    }
    throw new AssertionError("nothing reached " + to + " within " + DEADLINE_SECONDS + " s");
  }

  protected final Transport start(NodeId self, RecordingInbound inbound) throws Exception {
    Transport transport = open(self);
    transport.start(inbound);
    return transport;
  }

  private Transport open(NodeId self) throws Exception {
    Transport transport = transport(self);
    opened.add(transport);
    return transport;
  }

  protected static Predicate<Received> notProbe() {
    return received -> !received.message().group().equals(PROBES);
  }

  protected static List<GroupMessage> messages(RecordingInbound heard) {
    return heard.received().stream().filter(notProbe()).map(Received::message).toList();
  }

  /** {@code count} messages whose terms count up from {@code first}. */
  protected static List<GroupMessage> numbered(int first, int count) {
    List<GroupMessage> messages = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      messages.add(new GroupMessage(GroupId.ONLY, new Message.TimeoutNow(i)));
    }
    return messages;
  }
}
