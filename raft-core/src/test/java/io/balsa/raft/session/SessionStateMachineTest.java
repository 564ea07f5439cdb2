package io.balsa.raft.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.InvalidConfigException;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.DurableStateMachine;
import io.balsa.raft.spi.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the table of sessions says, sentence by sentence. */
final class SessionStateMachineTest {
  private static final long SECOND = 1_000_000_000L;
  private final Replica replica = new Replica();

  private static SessionResult<String> applied(long logTime, String result) {
    return new SessionResult.Applied<>(logTime, result);
  }

  @Test
  void aCommandThatComesTwiceTakesEffectOnceAndHasTheSameResult() {
    long session = replica.open();
    assertThat(replica.command(session, 0, 0, 1)).isEqualTo(applied(0, "1:s1c1"));
    assertThat(replica.command(session, 0, 0, 2)).isEqualTo(applied(0, "2:s1c2"));
    assertThat(replica.command(session, 0, 0, 1)).isEqualTo(applied(0, "1:s1c1"));
    assertThat(replica.journal.lines()).containsExactly("s1c1", "s1c2");
  }

  @Test
  void aCommandThatComesTwiceInOneRunTakesEffectOnce() {
    long session = replica.open();
    Bytes command = Replica.numbered(session, 0, 0, 1).encode();
    assertThat(replica.applyAll(List.of(command, command)))
        .containsExactly(applied(0, "1:s1c1"), applied(0, "1:s1c1"));
    assertThat(replica.journal.lines()).containsExactly("s1c1");
  }

  @Test
  void commandsOutOfOrderTakeEffectOnceEach() {
    long session = replica.open();
    for (long number : List.of(3L, 1L, 3L, 4L, 2L, 1L, 4L)) {
      replica.command(session, 0, 0, number);
    }
    assertThat(replica.journal.lines()).containsExactly("s1c3", "s1c1", "s1c4", "s1c2");
  }

  @Test
  void whatTheClientAcknowledgedIsNotAppliedAgainThoughItsResultIsGone() {
    long session = replica.open();
    replica.command(session, 0, 0, 1);
    replica.command(session, 0, 0, 2);
    replica.command(session, 1, 0, 3);
    assertThat(replica.command(session, 0, 0, 1))
        .isInstanceOf(SessionResult.AlreadyAcknowledged.class);
    assertThat(replica.command(session, 0, 0, 2)).isEqualTo(applied(0, "2:s1c2"));
    assertThat(replica.journal.lines()).hasSize(3);
  }

  @Test
  void sessionsNumberTheirCommandsIndependently() {
    long one = replica.open();
    long two = replica.open();
    replica.command(one, 0, 0, 1);
    replica.command(two, 0, 0, 1);
    assertThat(replica.journal.lines()).containsExactly("s1c1", "s2c1");
  }

  @Test
  void aSessionThatWasNeverOpenedOrIsClosedGetsADefiniteAnswer() {
    assertThat(replica.command(7, 0, 0, 1)).isInstanceOf(SessionResult.Expired.class);
    long session = replica.open();
    replica.command(session, 0, 0, 1);
    assertThat(replica.close(session, 0)).isInstanceOf(SessionResult.SessionHeard.class);
    assertThat(replica.close(session, 0)).isInstanceOf(SessionResult.Expired.class);
    assertThat(replica.command(session, 0, 0, 1)).isInstanceOf(SessionResult.Expired.class);
    assertThat(replica.keepAlive(session, 0)).isInstanceOf(SessionResult.Expired.class);
    assertThat(replica.journal.lines()).hasSize(1);
  }

  @Test
  void aResultThatDoesNotFitIsForgottenButNotThatItsCommandWasApplied() {
    long session = replica.open(Replica.LIMITS.withResultBytesMax(13));
    replica.command(session, 0, 0, 1); // 6 bytes each
    replica.command(session, 0, 0, 2);
    assertThat(replica.command(session, 0, 0, 1)).isEqualTo(applied(0, "1:s1c1"));
    replica.command(session, 0, 0, 3);
    assertThat(replica.command(session, 0, 0, 1)).isInstanceOf(SessionResult.ResultForgotten.class);
    assertThat(replica.command(session, 0, 0, 3)).isEqualTo(applied(0, "3:s1c3"));
    assertThat(replica.journal.lines()).hasSize(3);
  }

  @Test
  void acknowledgedResultsMakeRoom() {
    long session = replica.open(Replica.LIMITS.withResultBytesMax(13));
    for (long number = 1; number <= 20; number++) {
      replica.command(session, number - 1, 0, number);
      assertThat(replica.command(session, number - 1, 0, number))
          .isInstanceOf(SessionResult.Applied.class);
    }
  }

  @Test
  void aNumberTooFarAheadIsRefusedAndMayComeAgain() {
    long session = replica.open(Replica.LIMITS.withCommandsMax(2));
    assertThat(replica.command(session, 0, 0, 3)).isInstanceOf(SessionResult.TooManyAtOnce.class);
    replica.command(session, 0, 0, 1);
    assertThat(replica.command(session, 1, 0, 3)).isEqualTo(applied(0, "2:s1c3"));
  }

  @Test
  void aSessionThatIsNotHeardForItsTtlIsEvictedAndOthersAreNot() {
    long silent = replica.open(Replica.LIMITS.withTtl(Duration.ofSeconds(40)));
    long lively = replica.open(Replica.LIMITS.withTtl(Duration.ofSeconds(40)));
    replica.command(silent, 0, 0, 1);
    for (long second = 10; second <= 40; second += 10) {
      replica.keepAlive(lively, second * SECOND);
      assertThat(replica.sessions()).isEqualTo(2);
    }
    replica.keepAlive(lively, 41 * SECOND);
    assertThat(replica.sessions()).isEqualTo(1);
    assertThat(replica.command(silent, 0, 0, 1)).isInstanceOf(SessionResult.Expired.class);
    assertThat(replica.command(lively, 0, 0, 1)).isEqualTo(applied(41 * SECOND, "2:s2c1"));
  }

  @Test
  void oneSessionTooManyEvictsTheOneThatWasNotHeardForLongest() {
    SessionLimits limits = Replica.LIMITS.withSessionsMax(2);
    long one = replica.open(limits);
    long two = replica.open(limits);
    replica.keepAlive(one, 0);
    long three = replica.open(limits);
    assertThat(replica.keepAlive(two, 0)).isInstanceOf(SessionResult.Expired.class);
    assertThat(replica.keepAlive(one, 0)).isInstanceOf(SessionResult.SessionHeard.class);
    assertThat(replica.keepAlive(three, 0)).isInstanceOf(SessionResult.SessionHeard.class);
  }

  @Test
  void aStampFarAheadOrBehindDoesNotMoveLogTime() {
    long session = replica.open(Replica.LIMITS.withTtl(Duration.ofSeconds(40)));
    assertThat(replica.keepAlive(session, 10 * SECOND).logTime()).isEqualTo(10 * SECOND);
    for (long wrong : List.of(21 * SECOND, Long.MAX_VALUE, Long.MIN_VALUE, -1L, 9 * SECOND)) {
      assertThat(replica.keepAlive(session, wrong).logTime()).isEqualTo(10 * SECOND);
    }
    assertThat(replica.keepAlive(session, 20 * SECOND).logTime()).isEqualTo(20 * SECOND);
  }

  @Test
  void theTableIsInTheSnapshotWithAllOfIt() {
    long session = replica.open(Replica.LIMITS.withResultBytesMax(13).withCommandsMax(5));
    replica.command(session, 0, 5 * SECOND, 1);
    replica.command(session, 1, 6 * SECOND, 4);
    replica.command(session, 1, 7 * SECOND, 2);
    replica.command(session, 1, 7 * SECOND, 3);
    Replica restored = replica.restored();
    assertThat(restored.capture()).isEqualTo(replica.capture());
    for (Replica each : List.of(replica, restored)) {
      long now = 7 * SECOND;
      assertThat(each.command(session, 1, 0, 1))
          .isInstanceOf(SessionResult.AlreadyAcknowledged.class);
      assertThat(each.command(session, 1, 0, 2)).isInstanceOf(SessionResult.ResultForgotten.class);
      assertThat(each.command(session, 1, 0, 4)).isEqualTo(applied(now, "2:s1c4"));
      assertThat(each.command(session, 1, 0, 5)).isEqualTo(applied(now, "5:s1c5"));
      assertThat(each.command(session, 1, 0, 7)).isInstanceOf(SessionResult.TooManyAtOnce.class);
    }
    assertThat(restored.capture()).isEqualTo(replica.capture());
  }

  @Test
  void aCaptureStaysAsItWas() {
    long session = replica.open();
    Bytes before = replica.capture();
    Replica copy = replica.restored();
    replica.command(session, 0, 0, 1);
    assertThat(copy.capture()).isEqualTo(before).isNotEqualTo(replica.capture());
  }

  @Test
  void aCommandWithoutASessionTakesEffectEachTime() {
    Bytes command = SessionStateMachine.withoutSession(Bytes.utf8("x"));
    assertThat(replica.apply(command)).isEqualTo(applied(0, "1:x"));
    assertThat(replica.apply(command)).isEqualTo(applied(0, "2:x"));
  }

  @Test
  void aBareCommandHasNoEffectAndOneOfANewerVersionStopsTheNode() {
    assertThat(replica.apply(Bytes.utf8("bare"))).isInstanceOf(SessionResult.NotForSessions.class);
    assertThat(replica.apply(Bytes.EMPTY)).isInstanceOf(SessionResult.NotForSessions.class);
    assertThat(replica.journal.lines()).isEmpty();
    byte[] newer = new SessionCommand.Open(Replica.LIMITS).encode().toByteArray();
    newer[4]++;
    assertThatThrownBy(() -> replica.apply(Bytes.wrap(newer))).hasMessageContaining("too old");
  }

  @Test
  void aSnapshotOfAnotherFormatIsRefused() {
    SessionStateMachine<String> machine =
        new SessionStateMachine<>(new Journal(), ResultCodec.UTF8);
    byte[] newer = replica.capture().toByteArray();
    newer[0]++;
    assertThatThrownBy(
            () ->
                machine.restore(
                    SnapshotMeta.NONE, new DataInputStream(new ByteArrayInputStream(newer))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 2");
  }

  @Test
  void aDurableStateMachineIsRefused() {
    assertThatThrownBy(() -> new SessionStateMachine<>(new DurableJournal(), ResultCodec.UTF8))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("one atomic write");
  }

  private static final class DurableJournal implements DurableStateMachine<String> {
    @Override
    public EntryId lastApplied() {
      return EntryId.ZERO;
    }

    @Override
    public EntryId flush() {
      return EntryId.ZERO;
    }

    @Override
    public String apply(EntryId id, Bytes command) {
      return "";
    }

    @Override
    public Snapshot capture() {
      return sink -> {};
    }

    @Override
    public void restore(SnapshotMeta meta, DataInputStream snapshot) {}
  }
}
