package io.balsa.raft.protocol.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.message.Message.HostHeartbeat;
import io.balsa.raft.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Heartbeats every 10, silence after 50, this host's start is number 7. */
final class HostWatchTest {
  private static final NodeId N2 = NodeId.of("n2");
  private static final NodeId N3 = NodeId.of("n3");

  private final HostWatch watch = new HostWatch(7, 10, 50);
  private final List<String> sent = new ArrayList<>();

  @Test
  void aHostThatSharesNoGroupAtRestCostsNothing() {
    assertThat(watch.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    watch.onHeartbeat(N2, new HostHeartbeat(1, false), 3);
    assertThat(watch.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void oneHeartbeatIsSentForAllGroups() {
    for (int group = 0; group < 1_000; group++) {
      watch.rely(N2, 3);
    }
    assertThat(watch.nextDeadline()).isEqualTo(10);
    assertThat(tick(10)).isEmpty();
    assertThat(sent).containsExactly("n2 7 wanted");
    for (int group = 0; group < 1_000; group++) {
      watch.release(N2);
    }
    assertThat(watch.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whoIsReliedOnAnswersAlsoWithoutGroupsOfItsOwn() {
    watch.onHeartbeat(N2, new HostHeartbeat(1, true), 3);
    for (int i = 1; i <= 5; i++) {
      assertThat(tick(10 * i)).isEmpty();
    }
    assertThat(sent).hasSize(5).containsOnly("n2 7");
    // Nobody asks any more.
    assertThat(watch.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void silenceIsReportedOnceAndAgainAfterTheNextSignOfLife() {
    watch.rely(N2, 0);
    watch.rely(N3, 0);
    assertThat(tickUntilSilent(0)).isEqualTo(50);
    assertThat(tick(60)).isEmpty();
    watch.onHeartbeat(N2, new HostHeartbeat(1, true), 61);
    assertThat(tickUntilSilent(60)).isEqualTo(110);
  }

  /** Its own pause is no silence of others: what they sent meanwhile may still be on its way through the queues. */
  @Test
  void whoWasPausedBlamesNobody() {
    watch.rely(N2, 0);
    assertThat(tick(10)).isEmpty();
    assertThat(tick(100_010)).isEmpty();
    assertThat(watch.nextDeadline()).isEqualTo(100_020);
  }

  @Test
  void aGroupThatComesToRestUnderASilentHostHasJustHeardIt() {
    watch.rely(N2, 0);
    assertThat(tickUntilSilent(0)).isEqualTo(50);
    watch.rely(N2, 55);
    assertThat(tickUntilSilent(50)).isEqualTo(100);
  }

  @Test
  void anotherProcessVouchesForNothingOfTheOneBefore() {
    watch.rely(N2, 0);
    assertThat(watch.onHeartbeat(N2, new HostHeartbeat(1, true), 5)).isFalse();
    assertThat(watch.onHeartbeat(N2, new HostHeartbeat(1, true), 15)).isFalse();
    assertThat(watch.onHeartbeat(N2, new HostHeartbeat(2, true), 25)).isTrue();
    assertThat(watch.onHeartbeat(N2, new HostHeartbeat(2, true), 35)).isFalse();
  }

  private long tickUntilSilent(long from) {
    long now = from;
    List<NodeId> silent = List.of();
    while (silent.isEmpty()) {
      now += 10;
      silent = tick(now);
    }
    assertThat(silent).contains(N2);
    return now;
  }

  private List<NodeId> tick(long now) {
    return watch.tick(
        now,
        (peer, heartbeat) ->
            sent.add(peer + " " + heartbeat.startId() + (heartbeat.wanted() ? " wanted" : "")));
  }
}
