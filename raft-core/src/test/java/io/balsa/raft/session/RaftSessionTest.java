package io.balsa.raft.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.balsa.raft.Outcome;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.RejectReason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The client, over a log that does at once what the test says. */
final class RaftSessionTest {
  private static final long SECOND = 1_000_000_000L;
  private static final SessionLimits LIMITS =
      SessionLimits.DEFAULT.withTtl(Duration.ofSeconds(40)).withCommandsMax(4);

  private final Replica replica = new Replica();
  private final ManualTimer timer = new ManualTimer();

  /** What becomes of the next attempts; then they are committed. */
  private final Deque<Fate> fates = new ArrayDeque<>();

  private final List<Runnable> late = new ArrayList<>();
  private int attempts;

  /** What becomes of one attempt. */
  private enum Fate {
    COMMITTED,
    REJECTED,
    /** In the log, but nobody learns of it. */
    UNKNOWN_COMMITTED,
    UNKNOWN_LOST,
    /** In the log, but only when the test lets it. */
    UNKNOWN_LATE,
    NO_ANSWER,
    TOO_LARGE,
    STOPPED
  }

  private CompletableFuture<Outcome<SessionResult<String>>> propose(Bytes attempt) {
    attempts++;
    Fate fate = fates.isEmpty() ? Fate.COMMITTED : fates.remove();
    CompletableFuture<Outcome<SessionResult<String>>> future = new CompletableFuture<>();
    switch (fate) {
      case COMMITTED -> {
        SessionResult<String> result = replica.apply(attempt);
        future.complete(new Outcome.Committed<>(new EntryId(1, replica.index()), result));
      }
      case REJECTED ->
          future.complete(new Outcome.Rejected<>(RejectReason.NO_LEADER, Optional.empty()));
      case TOO_LARGE ->
          future.complete(new Outcome.Rejected<>(RejectReason.TOO_LARGE, Optional.empty()));
      case UNKNOWN_COMMITTED -> {
        replica.apply(attempt);
        future.complete(new Outcome.Unknown<>());
      }
      case UNKNOWN_LATE -> {
        late.add(() -> replica.apply(attempt));
        future.complete(new Outcome.Unknown<>());
      }
      case UNKNOWN_LOST -> future.complete(new Outcome.Unknown<>());
      case NO_ANSWER -> {}
      case STOPPED -> future.completeExceptionally(new NodeStoppedException("by the test"));
    }
    return future;
  }

  private RaftSession<String> open() {
    Function<Bytes, CompletableFuture<Outcome<SessionResult<String>>>> proposer = this::propose;
    CompletableFuture<RaftSession<String>> opening = RaftSession.open(proposer, LIMITS, timer);
    timer.pass(SECOND);
    return opening.join();
  }

  private static SessionException failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    CompletionException thrown = catchThrowableOfType(CompletionException.class, future::join);
    return (SessionException) Objects.requireNonNull(thrown.getCause());
  }

  @Test
  void aCommandIsProposedUntilItsOutcomeIsKnownAndTakesEffectOnce() {
    RaftSession<String> session = open();
    fates.addAll(
        List.of(Fate.REJECTED, Fate.UNKNOWN_COMMITTED, Fate.REJECTED, Fate.UNKNOWN_COMMITTED));
    CompletableFuture<String> result = session.propose(Bytes.utf8("x"));
    assertThat(result).isNotDone();
    timer.pass(SECOND);
    assertThat(result).isCompletedWithValue("1:x");
    assertThat(replica.journal.lines()).containsExactly("x");
  }

  @Test
  void anAttemptThatIsCommittedLongAfterItsSuccessorHasNoEffect() {
    RaftSession<String> session = open();
    fates.add(Fate.UNKNOWN_LATE);
    CompletableFuture<String> result = session.propose(Bytes.utf8("x"));
    timer.pass(SECOND);
    assertThat(result).isCompletedWithValue("1:x");
    assertThat(session.propose(Bytes.utf8("y"))).isCompletedWithValue("2:y");
    late.forEach(Runnable::run);
    assertThat(replica.journal.lines()).containsExactly("x", "y");
  }

  @Test
  void commandsOnTheirWayTogetherTakeEffectOnceEachInAnyOrder() {
    RaftSession<String> session = open();
    fates.addAll(List.of(Fate.UNKNOWN_LOST, Fate.UNKNOWN_COMMITTED, Fate.REJECTED, Fate.COMMITTED));
    List<CompletableFuture<String>> results =
        IntStream.rangeClosed(1, 4).mapToObj(i -> session.propose(Bytes.utf8("c" + i))).toList();
    timer.pass(SECOND);
    assertThat(results.stream().map(CompletableFuture::join))
        .containsExactly("3:c1", "1:c2", "4:c3", "2:c4");
    assertThat(replica.journal.lines()).containsExactly("c2", "c4", "c1", "c3");
  }

  @Test
  void moreThanCommandsMaxAtOnceAreRefusedUntilThereIsRoom() {
    RaftSession<String> session = open();
    fates.addAll(List.of(Fate.UNKNOWN_LOST, Fate.COMMITTED, Fate.COMMITTED, Fate.COMMITTED));
    for (int i = 1; i <= 4; i++) {
      var unused = session.propose(Bytes.utf8("c" + i));
    }
    // The first isn't settled, so the numbers reach no further, though the others are done.
    SessionException refused = failure(session.propose(Bytes.utf8("c5")));
    assertThat(refused.reason()).isEqualTo(SessionException.Reason.TOO_MANY_AT_ONCE);
    assertThat(refused.mayBeApplied()).isFalse();
    timer.pass(SECOND);
    assertThat(session.propose(Bytes.utf8("c6"))).isCompletedWithValue("5:c6");
  }

  @Test
  void anExpiredSessionSaysWhetherTheCommandMayHaveTakenEffect() {
    RaftSession<String> certain = open();
    replica.close(certain.id(), 0); // as good as evicted
    SessionException notApplied = failure(certain.propose(Bytes.utf8("x")));
    assertThat(notApplied.reason()).isEqualTo(SessionException.Reason.EXPIRED);
    assertThat(notApplied.mayBeApplied()).isFalse();
    assertThat(failure(certain.ended()).reason()).isEqualTo(SessionException.Reason.EXPIRED);
    assertThat(failure(certain.propose(Bytes.utf8("y"))).mayBeApplied()).isFalse();

    RaftSession<String> uncertain = open();
    fates.add(Fate.UNKNOWN_COMMITTED);
    CompletableFuture<String> result = uncertain.propose(Bytes.utf8("z"));
    replica.close(uncertain.id(), 0);
    timer.pass(SECOND);
    assertThat(failure(result).mayBeApplied()).isTrue();
    assertThat(replica.journal.lines()).containsExactly("z");
  }

  @Test
  void aCommandThatIsTooLargeFailsAndTheNextOneDoesNot() {
    RaftSession<String> session = open();
    fates.add(Fate.TOO_LARGE);
    SessionException failed = failure(session.propose(Bytes.utf8("x")));
    assertThat(failed.reason()).isEqualTo(SessionException.Reason.TOO_LARGE);
    assertThat(failed.mayBeApplied()).isFalse();
    assertThat(session.propose(Bytes.utf8("y"))).isCompletedWithValue("1:y");
  }

  @Test
  void aStoppedNodeEndsTheSessionAndAllItsCommands() {
    RaftSession<String> session = open();
    fates.addAll(List.of(Fate.REJECTED, Fate.NO_ANSWER, Fate.STOPPED));
    List<CompletableFuture<String>> results =
        IntStream.rangeClosed(1, 3).mapToObj(i -> session.propose(Bytes.utf8("c" + i))).toList();
    for (CompletableFuture<?> each : List.of(results.get(0), results.get(1), results.get(2))) {
      assertThatThrownBy(each::join).hasCauseInstanceOf(NodeStoppedException.class);
    }
    assertThatThrownBy(() -> session.ended().join()).hasCauseInstanceOf(NodeStoppedException.class);
    assertThatThrownBy(() -> session.propose(Bytes.EMPTY).join())
        .hasCauseInstanceOf(NodeStoppedException.class);
    int before = attempts;
    timer.pass(1000 * SECOND);
    assertThat(attempts).isEqualTo(before);
  }

  @Test
  void closingWaitsForTheCommandsAndLetsTheTableForget() {
    RaftSession<String> session = open();
    fates.addAll(List.of(Fate.REJECTED, Fate.COMMITTED, Fate.UNKNOWN_COMMITTED));
    CompletableFuture<String> result = session.propose(Bytes.utf8("x"));
    CompletableFuture<Void> closed = session.close();
    assertThat(closed).isNotDone();
    assertThat(failure(session.propose(Bytes.utf8("y"))).reason())
        .isEqualTo(SessionException.Reason.CLOSED);
    timer.pass(SECOND);
    assertThat(result).isCompletedWithValue("1:x");
    assertThat(closed).isCompletedWithValue(null);
    assertThat(session.close()).isCompletedWithValue(null);
    assertThat(replica.sessions()).isZero();
    int before = attempts;
    timer.pass(1000 * SECOND);
    assertThat(attempts).isEqualTo(before);
  }

  @Test
  void anAbandonedSessionProposesNothingMore() {
    RaftSession<String> session = open();
    fates.add(Fate.REJECTED);
    CompletableFuture<String> result = session.propose(Bytes.utf8("x"));
    session.abandon();
    assertThat(failure(result).reason()).isEqualTo(SessionException.Reason.CLOSED);
    int before = attempts;
    timer.pass(1000 * SECOND);
    assertThat(attempts).isEqualTo(before);
  }

  @Test
  void openingIsTriedUntilItSucceeds() {
    fates.addAll(List.of(Fate.REJECTED, Fate.UNKNOWN_COMMITTED, Fate.REJECTED));
    RaftSession<String> session = open();
    assertThat(session.id()).isEqualTo(2);
    assertThat(replica.sessions()).isEqualTo(2);
  }

  @Test
  void anIdleSessionStaysAndTheOneThatWasLeftAloneGoes() {
    RaftSession<String> left = open();
    RaftSession<String> kept = open();
    left.abandon();
    timer.pass(3600 * SECOND);
    assertThat(kept.propose(Bytes.utf8("x"))).isCompletedWithValue("1:x");
    assertThat(replica.sessions()).isEqualTo(1);
  }

  @Test
  void keepAlivesThatComeToNothingAreMadeUpForInTime() {
    RaftSession<String> session = open();
    RaftSession<String> other = open();
    for (int i = 0; i < 100; i++) {
      fates.addAll(List.of(Fate.UNKNOWN_LOST, Fate.REJECTED, Fate.COMMITTED));
    }
    timer.pass(400 * SECOND);
    fates.clear();
    assertThat(session.propose(Bytes.utf8("x"))).isCompletedWithValue("1:x");
    assertThat(other.propose(Bytes.utf8("y"))).isCompletedWithValue("2:y");
  }

  @Test
  void sessionsOutliveAnOutageOfTheWholeCluster() {
    List<RaftSession<String>> sessions = List.of(open(), open());
    for (int i = 0; i < 100_000; i++) {
      fates.add(Fate.REJECTED);
    }
    CompletableFuture<String> waiting = sessions.get(0).propose(Bytes.utf8("x"));
    timer.pass(3600 * SECOND);
    fates.clear();
    timer.pass(10 * SECOND);
    assertThat(waiting).isCompletedWithValue("1:x");
    assertThat(sessions.get(1).propose(Bytes.utf8("y"))).isCompletedWithValue("2:y");
  }

  @Test
  void aClockThatIsWrongByYearsEvictsNobodyHoweverOftenItJumps() {
    RaftSession<String> honest = open();
    ManualTimer wrong = new ManualTimer();
    Function<Bytes, CompletableFuture<Outcome<SessionResult<String>>>> proposer = this::propose;
    RaftSession<String> strobing = RaftSession.open(proposer, LIMITS, wrong).join();
    long year = 365L * 86_400 * SECOND;
    for (int i = 0; i < 1000; i++) {
      wrong.error = (i % 3 - 1) * 10 * year + (i % 7) * year;
      strobing.propose(Bytes.utf8("s" + i)).join();
      wrong.error = (i % 5) * 2 * SECOND; // small jumps, too, forth and back
      strobing.propose(Bytes.utf8("t" + i)).join();
    }
    assertThat(honest.propose(Bytes.utf8("x"))).isCompletedWithValue("2001:x");
    long logTime = replica.keepAlive(honest.id(), 0).logTime();
    assertThat(logTime).isLessThan(60 * SECOND);
  }

  @Test
  void aClockThatStandsStillOrRunsBackHarmsNobodyAndIsOvertakenByOthers() {
    ManualTimer broken = new ManualTimer();
    Function<Bytes, CompletableFuture<Outcome<SessionResult<String>>>> proposer = this::propose;
    RaftSession<String> stuck = RaftSession.open(proposer, LIMITS, broken).join();
    RaftSession<String> gone = open();
    RaftSession<String> honest = open();
    gone.abandon();
    for (int second = 0; second < 100; second += 5) {
      broken.error -= 1000 * SECOND;
      stuck.propose(Bytes.utf8("x" + second)).join();
      timer.pass(5 * SECOND);
    }
    assertThat(replica.sessions()).isEqualTo(2);
    assertThat(replica.keepAlive(honest.id(), 0).logTime()).isGreaterThan(90 * SECOND);
  }
}
