package io.balsa.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One test per row of the table in {@link Recovery}. The used log: base 10@t2, then 11@t2 … 15@t2, 16@t3 … 20@t3. */
final class RecoveryTest {
  private static final NodeId N1 = NodeId.of("n1");
  private static final MembershipEntry VOTERS =
      new MembershipEntry(EntryId.ZERO, Membership.ofVoters(List.of(N1)));
  private static final MembershipEntry LATER =
      new MembershipEntry(new EntryId(3, 18), Membership.ofVoters(List.of(N1, NodeId.of("n2"))));

  private static final RestoredState USED =
      new RestoredState(
          7,
          new HardState(3, Optional.of(N1)),
          new SnapshotMeta(new EntryId(2, 10), VOTERS),
          List.of(new EntryId(2, 11), new EntryId(3, 16)),
          20,
          List.of(LATER));

  @Test
  void aFirstStartWritesTheInitialVoters() {
    Recovery recovery = plan(RestoredState.empty(1), Optional.empty(), Optional.empty());
    PersistBatch write = recovery.write().orElseThrow();
    assertThat(write.resetTo().orElseThrow().membership().membership().voters()).contains(N1);
    assertThat(recovery.log().base()).isEqualTo(write.resetTo().orElseThrow());
    assertThat(recovery.applied()).isEqualTo(EntryId.ZERO);
  }

  @Test
  void withoutInitialVotersAFirstStartWaitsToBeAdded() {
    Recovery recovery =
        Recovery.plan(
            GroupId.ONLY, RestoredState.empty(1), Optional.empty(), Optional.empty(), List.of());
    assertThat(recovery.write()).isEmpty();
    assertThat(recovery.log().isEmpty()).isTrue();
  }

  @Test
  void stateWithoutALogIsRefused() {
    assertRefused(RestoredState.empty(2), snapshot(2, 12), Optional.empty(), "log is empty");
    assertRefused(RestoredState.empty(2), Optional.empty(), state(2, 12), "log is empty");
  }

  @Test
  void stateThatEndsBeforeTheLogBeginsIsRefused() {
    assertRefused(USED, Optional.empty(), Optional.empty(), "entries between them are missing");
    assertRefused(USED, snapshot(2, 9), Optional.empty(), "entries between them are missing");
    assertRefused(USED, snapshot(2, 8), state(2, 9), "entries between them are missing");
  }

  @Test
  void aStateOfItsOwnGoesOnWhereItEnds() {
    Recovery recovery = plan(USED, snapshot(2, 9), state(3, 17));
    assertThat(recovery.restore()).isEmpty();
    assertThat(recovery.write()).isEmpty();
    assertThat(recovery.applied()).isEqualTo(new EntryId(3, 17));
    assertThat(recovery.membership()).isEqualTo(VOTERS);
    assertThat(plan(USED, Optional.empty(), state(2, 10)).applied()).isEqualTo(new EntryId(2, 10));
    assertThat(plan(USED, Optional.empty(), state(3, 20)).membership()).isEqualTo(LATER);
  }

  @Test
  void aNewerSnapshotIsRestoredFirst() {
    for (Optional<EntryId> durable : List.of(Optional.<EntryId>empty(), state(2, 12))) {
      Recovery recovery = plan(USED, snapshot(2, 14), durable);
      assertThat(recovery.restore()).isEqualTo(snapshot(2, 14));
      assertThat(recovery.write()).isEmpty();
      assertThat(recovery.applied()).isEqualTo(new EntryId(2, 14));
    }
  }

  @Test
  void aSnapshotBeyondTheLogTakesItsPlace() {
    for (Optional<SnapshotMeta> stored : List.of(snapshot(4, 30), snapshot(4, 17))) {
      Recovery recovery = plan(USED, stored, state(2, 12));
      assertThat(recovery.restore()).isEqualTo(stored);
      assertThat(recovery.log().base()).isEqualTo(stored.orElseThrow());
      assertThat(recovery.log().lastIndex()).isEqualTo(stored.orElseThrow().index());
      PersistBatch write = recovery.write().orElseThrow();
      assertThat(write.resetTo()).isEqualTo(stored);
      // The term of the snapshot's entry is newer than what this node had heard of.
      assertThat(write.hardState()).contains(new HardState(4, Optional.empty()));
    }
  }

  @Test
  void aRestoreThatWasFasterThanTheLogsResetIsCompleted() {
    Recovery recovery = plan(USED, snapshot(3, 30), state(3, 30));
    assertThat(recovery.restore()).isEmpty();
    assertThat(recovery.applied()).isEqualTo(new EntryId(3, 30));
    assertThat(recovery.log().base().last()).isEqualTo(new EntryId(3, 30));
    assertThat(recovery.log().hardState()).isEqualTo(USED.hardState());
  }

  @Test
  void stateAheadOfTheLogIsRefused() {
    assertRefused(USED, Optional.empty(), state(3, 21), "doesn't hold");
    assertRefused(USED, Optional.empty(), state(4, 19), "doesn't hold");
    assertRefused(USED, Optional.empty(), state(1, 10), "doesn't hold");
  }

  private static Recovery plan(
      RestoredState found, Optional<SnapshotMeta> stored, Optional<EntryId> durable) {
    return Recovery.plan(GroupId.ONLY, found, stored, durable, List.of(N1));
  }

  private static void assertRefused(
      RestoredState found, Optional<SnapshotMeta> stored, Optional<EntryId> durable, String why) {
    assertThatThrownBy(() -> plan(found, stored, durable))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(why);
  }

  private static Optional<SnapshotMeta> snapshot(long term, long index) {
    return Optional.of(new SnapshotMeta(new EntryId(term, index), VOTERS));
  }

  private static Optional<EntryId> state(long term, long index) {
    return Optional.of(new EntryId(term, index));
  }
}
