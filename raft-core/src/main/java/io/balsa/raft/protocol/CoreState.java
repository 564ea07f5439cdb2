package io.balsa.raft.protocol;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.election.ElectionTimer;
import io.balsa.raft.protocol.election.VotePromise;
import io.balsa.raft.protocol.log.LogCursors;
import io.balsa.raft.protocol.log.LogIds;
import io.balsa.raft.protocol.log.LogSizes;
import io.balsa.raft.protocol.log.PendingWrites;
import io.balsa.raft.protocol.membership.MembershipHistory;
import io.balsa.raft.protocol.quorum.JointQuorum;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;

/**
 * Everything that a node knows, whatever its role. What is persistent changes here and in the outbox at once, so that
 * nothing is changed without being written.
 */
final class CoreState {
  final CoreConfig config;
  final LogIds log;
  final LogSizes sizes;
  final PendingWrites writes;
  final LogCursors cursors;
  final MembershipHistory memberships;
  final ElectionTimer electionTimer;
  final VotePromise promise;
  final Outbox outbox = new Outbox();

  /** The latest term seen (Figure 2). Persistent. Invariant: never decreases. */
  private long term;

  /** Who got this node's vote in the term (Figure 2). Persistent. Invariant: set at most once a term. */
  private Optional<NodeId> votedFor;

  /** What an earlier life of this node may have acknowledged; see {@link HardState#forgotten}. Persistent. */
  private EntryId forgotten;

  /** The quorum of the membership in force. */
  private JointQuorum quorum;

  RoleState role;

  /** The driver's monotonic clock at the current input. Invariant: never goes back. */
  long now;

  CoreState(
      CoreConfig config, RestoredState restored, long appliedIndex, long seed, long nowNanos) {
    Invariant.check(
        restored.base().index() <= appliedIndex && appliedIndex <= restored.lastIndex(),
        "the state machine holds everything through %d, the log goes from %d to %d",
        appliedIndex,
        restored.base().index() + 1,
        restored.lastIndex());
    this.config = config;
    this.log = new LogIds(restored.base().last(), restored.termStarts(), restored.lastIndex());
    this.sizes = new LogSizes(restored.base().index(), restored.lastIndex());
    this.writes = new PendingWrites(restored.lastIndex());
    this.cursors = new LogCursors(appliedIndex);
    this.memberships = new MembershipHistory(restored.base().membership(), restored.memberships());
    this.electionTimer =
        new ElectionTimer(
            config.electionTimeoutNanos(), config.heartbeatIntervalNanos(), seed, nowNanos);
    this.promise =
        new VotePromise(
            config.hasLeases(),
            config.electionTimeoutNanos(),
            restored.hardState().term() > 0,
            nowNanos);
    this.term = restored.hardState().term();
    this.votedFor = restored.hardState().votedFor();
    this.forgotten = restored.hardState().forgotten();
    this.quorum = new JointQuorum(memberships.current().membership());
    this.now = nowNanos;
    this.role = new RoleState.FollowerState(Optional.empty(), config, nowNanos);
    if (quorum.isMetBy(self()::equals)) {
      electionTimer.expire(nowNanos);
    }
    Invariant.check(
        term >= log.last().term(), "the log ends with %s, the term is %d", log.last(), term);
  }

  NodeId self() {
    return config.self();
  }

  long term() {
    return term;
  }

  Optional<NodeId> votedFor() {
    return votedFor;
  }

  Membership membership() {
    return memberships.current().membership();
  }

  JointQuorum quorum() {
    return quorum;
  }

  /** Whether nothing here shows that this node ever took part, and others could know better. */
  boolean isBlank() {
    return term == 0
        && votedFor.isEmpty()
        && log.last().equals(EntryId.ZERO)
        && !quorum.isMetBy(self()::equals);
  }

  boolean isVoter() {
    return membership().isVoter(self());
  }

  /**
   * Whether this node may be needed as the leader: it votes, or the membership that leaves it out may not be committed yet.
   * Then its log may be longer than those of all who vote, and none of them could win against it: "a server that is not in
   * its own latest configuration should still start new elections" (thesis §4.2.2). It doesn't count its own vote.
   */
  boolean mayCampaign() {
    MembershipEntry current = memberships.current();
    return remembersAll()
        && (isVoter()
            || (current.id().index() > cursors.commitIndex()
                && memberships.at(current.id().index() - 1).membership().isVoter(self())));
  }

  /** The end of the log of this node, or of the one that it lost, whichever is more up-to-date: votes go by it. */
  EntryId votingLast() {
    return remembersAll() ? log.last() : forgotten;
  }

  /** Whether the log holds all that an earlier life may have acknowledged. */
  boolean remembersAll() {
    return log.last().compareTo(forgotten) >= 0;
  }

  /**
   * Whether the disk has kept a write waiting for an election timeout and finished none meanwhile. Whoever can't write can't
   * lead: neither its vote nor its entries would ever be durable (trap L16).
   */
  boolean diskHangs() {
    OptionalLong since = writes.waitingSince();
    return since.isPresent() && now - since.getAsLong() >= config.electionTimeoutNanos();
  }

  /**
   * The next full heartbeat interval of this node's clock: the groups of a host have their heartbeats due at the same moment,
   * so that all that go to one peer travel together.
   */
  long nextHeartbeatAt() {
    long interval = config.heartbeatIntervalNanos();
    return (Math.floorDiv(now, interval) + 1) * interval;
  }

  /** All other members, in order. */
  SortedSet<NodeId> peers() {
    SortedSet<NodeId> peers = membership().members();
    peers.remove(self());
    return peers;
  }

  /** "If RPC request or response contains term T > currentTerm: set currentTerm = T" (Figure 2): with no vote in it yet. */
  void enterTerm(long newTerm) {
    Invariant.check(newTerm > term, "term %d follows %d", newTerm, term);
    term = newTerm;
    votedFor = Optional.empty();
    persistHardState();
  }

  void voteFor(NodeId candidate) {
    if (votedFor.isEmpty()) {
      votedFor = Optional.of(candidate);
      persistHardState();
    }
    Invariant.check(
        votedFor.get().equals(candidate), "a second vote in term %d, for %s", term, candidate);
  }

  /** The disk was lost, and nobody relies any more on what was on it, beyond this entry. */
  void admitForgotten(EntryId through) {
    forgotten = through;
    persistHardState();
  }

  private void persistHardState() {
    outbox.persist(new HardState(term, votedFor, forgotten));
  }

  /** Appends an entry, after cutting off whatever is at its index or after it. */
  void append(Entry entry) {
    if (entry.index() <= log.lastIndex()) {
      truncateFrom(entry.index());
    }
    log.append(entry.id());
    sizes.append(entry.sizeBytes());
    outbox.persist(entry);
    if (entry.kind() == EntryKind.MEMBERSHIP) {
      memberships.append(new MembershipEntry(entry.id(), Membership.decode(entry.payload())));
      quorum = new JointQuorum(membership());
    }
  }

  private void truncateFrom(long fromIndex) {
    Invariant.check(
        fromIndex > cursors.commitIndex(),
        "%d was to be replaced, and is committed: commit %d",
        fromIndex,
        cursors.commitIndex());
    log.truncateFrom(fromIndex);
    sizes.truncateFrom(fromIndex);
    writes.truncateFrom(fromIndex);
    if (memberships.truncateFrom(fromIndex)) {
      quorum = new JointQuorum(membership());
    }
  }

  /** The snapshot takes the place of the whole log. */
  void install(SnapshotMeta meta) {
    writes.truncateFrom(meta.index() + 1);
    log.reset(meta.last());
    sizes.reset(meta.index());
    memberships.reset(meta.membership());
    quorum = new JointQuorum(membership());
    cursors.installThrough(meta.index());
    outbox.install(meta);
  }

  /** The log begins after an applied index. */
  void compactThrough(long throughIndex) {
    if (throughIndex <= log.base().index()) {
      return;
    }
    Invariant.check(
        throughIndex <= cursors.appliedIndex(),
        "compacting through %d, applied %d",
        throughIndex,
        cursors.appliedIndex());
    MembershipEntry membership = memberships.at(throughIndex);
    log.compactThrough(throughIndex);
    sizes.compactThrough(throughIndex);
    memberships.compactThrough(throughIndex);
    outbox.compact(new SnapshotMeta(log.base(), membership));
  }
}
