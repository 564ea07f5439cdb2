package io.balsa.raft.driver;

import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * How a group starts from what its stores and its state machine hold. Decided once, by {@link #plan}; changes nothing by
 * itself.
 *
 * @param write to be persisted before anything else
 * @param restore the stored snapshot that the state machine must restore first
 * @param log what the log holds after {@code write}
 * @param applied the last entry that the state machine holds then
 */
record Recovery(
    Optional<PersistBatch> write,
    Optional<SnapshotMeta> restore,
    RestoredState log,
    EntryId applied) {
  /*
   * The log goes from `base` (exclusive) to `last`. S is the snapshot in the store, D the last entry in a state machine that
   * keeps its own state; 0 if there is none. Entries are applied only when they are durable in the log, and the log is cut
   * only behind a durable snapshot or state, so most of the table is the normal case and what a crash may leave:
   *
   *   log                  S and D                      why                                   what happens
   *   ───────────────────  ───────────────────────────  ────────────────────────────────────  ──────────────────────────
   *   never used           none                         first start                           initial voters are written
   *   never used           S or D                       the log was lost: votes are forgotten refuse
   *                                                     (a newcomer stores its first snapshot
   *                                                     only when its log holds a term)
   *   used                 S < base and D < base        the state was lost, or an old one     refuse (trap L25)
   *                                                     was put back
   *   used                 D ≥ S, base ≤ D ≤ last       normal, state machine keeps its own   continue after D
   *   used                 S > D, base ≤ S ≤ last       normal for a plain state machine;     restore S, continue
   *                                                     else a crash between the receipt of   after S
   *                                                     a snapshot and its restore
   *   used                 S > last, or the log holds   a crash between the receipt of a      the log begins anew after
   *                        another entry at S           snapshot and the log's reset          S: it is all committed;
   *                                                                                           then as above
   *   used                 D > last after all that, or  the log lost entries that were        refuse
   *                        another entry at D           durable, or isn't this state's log
   *
   * A log that is thrown away for S loses nothing: what it held up to S is in S or was never committed, and if it holds
   * another entry at S, nothing after that can be committed either (Log Matching).
   */

  static Recovery plan(
      GroupId group,
      RestoredState found,
      Optional<SnapshotMeta> stored,
      Optional<EntryId> durable,
      Collection<NodeId> initialVoters) {
    EntryId inSnapshot = stored.map(SnapshotMeta::last).orElse(EntryId.ZERO);
    EntryId inState = durable.orElse(EntryId.ZERO);
    if (found.isEmpty()) {
      refuseIf(
          inSnapshot.index() > 0 || inState.index() > 0,
          group
              + ": the log is empty, but the state holds entries through "
              + Math.max(inSnapshot.index(), inState.index())
              + ": the log was lost, and with it what this node has voted for");
      return bornWith(group, found, initialVoters);
    }
    boolean restores = inSnapshot.index() > inState.index();
    EntryId applied = restores ? inSnapshot : inState;
    refuseIf(
        applied.index() < found.base().index(),
        group
            + ": the log begins after "
            + found.base().last()
            + ", but the state ends at "
            + applied
            + ": entries between them are missing");
    Optional<SnapshotMeta> resetTo = stored.filter(meta -> mustReset(found, meta));
    RestoredState log = resetTo.map(meta -> resetTo(found, meta)).orElse(found);
    refuseIf(
        applied.index() > log.lastIndex() || !idAt(log, applied.index()).equals(applied),
        group
            + ": the state ends at "
            + applied
            + ", which the log through "
            + log.lastIndex()
            + " doesn't hold: the log lost entries, or isn't the one of this state");
    return new Recovery(
        resetTo.map(meta -> resetBatch(group, found, log)),
        restores ? stored : Optional.empty(),
        log,
        applied);
  }

  /** The newest membership at or before what is applied. */
  MembershipEntry membership() {
    return log.membershipAt(applied.index());
  }

  private static Recovery bornWith(
      GroupId group, RestoredState found, Collection<NodeId> initialVoters) {
    if (initialVoters.isEmpty()) {
      return new Recovery(Optional.empty(), Optional.empty(), found, EntryId.ZERO);
    }
    SnapshotMeta birth = SnapshotMeta.initial(Membership.ofVoters(new TreeSet<>(initialVoters)));
    RestoredState log = resetTo(found, birth);
    return new Recovery(
        Optional.of(resetBatch(group, found, log)), Optional.empty(), log, EntryId.ZERO);
  }

  private static boolean mustReset(RestoredState found, SnapshotMeta stored) {
    return stored.index() > found.lastIndex()
        || (stored.index() >= found.base().index()
            && !idAt(found, stored.index()).equals(stored.last()));
  }

  private static RestoredState resetTo(RestoredState found, SnapshotMeta base) {
    HardState hardState = found.hardState();
    if (hardState.term() < base.last().term()) {
      hardState = new HardState(base.last().term(), Optional.empty());
    }
    return new RestoredState(
        found.incarnation(), hardState, base, List.of(), base.index(), List.of());
  }

  private static PersistBatch resetBatch(GroupId group, RestoredState found, RestoredState log) {
    Optional<HardState> hardState =
        Optional.of(log.hardState()).filter(changed -> !changed.equals(found.hardState()));
    return new PersistBatch(group, 1, hardState, Optional.of(log.base()), List.of());
  }

  /** The entry at an index of the log, or its base. */
  private static EntryId idAt(RestoredState log, long index) {
    EntryId start = log.base().last();
    if (index > start.index()) {
      for (EntryId termStart : log.termStarts()) {
        if (termStart.index() <= index) {
          start = termStart;
        }
      }
    }
    return new EntryId(start.term(), index);
  }

  private static void refuseIf(boolean condition, String why) {
    if (condition) {
      throw new DamageException(why);
    }
  }
}
