package io.balsa.raft.protocol;

import io.balsa.raft.message.Message.TimeoutNow;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.RoleState.LeaderState;
import io.balsa.raft.protocol.RoleState.Transfer;
import io.balsa.raft.protocol.replication.Progress;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Handing over leadership to one of the voters: when somebody asks for it (thesis §3.10), and when this node's own disk hangs
 * while those of the others go on. A leader that is no voter any more hands over in {@link Reconfiguring}.
 */
final class HandingOver {
  private final CoreState state;
  private final Roles roles;

  HandingOver(CoreState state, Roles roles) {
    this.state = state;
    this.roles = roles;
  }

  // ---- On request

  /**
   * Thesis §3.10: bring the target up to date, then have it start an election at once. Another target than a voter is
   * ignored, and so is a second transfer; the driver has told the caller why. It is given up a heartbeat before an election
   * timeout has passed, so that whoever waited for so long may ask again.
   */
  void onTransferLeadership(LeaderState leader, NodeId target) {
    if (leader.transfer.isEmpty() && isEligible(leader, target)) {
      long patience = state.config.electionTimeoutNanos() - state.config.heartbeatIntervalNanos();
      long giveUpAt = state.now + patience;
      leader.transfer = Optional.of(new Transfer(target, giveUpAt, false));
    }
  }

  private boolean isEligible(LeaderState leader, NodeId target) {
    return state.membership().voters().contains(target) && leader.progress.containsKey(target);
  }

  /** Goes on with whatever the last input made possible. */
  void goOn(LeaderState leader) {
    if (leader.transfer.isEmpty()) {
      return;
    }
    Transfer transfer = leader.transfer.get();
    if (state.now - transfer.giveUpAt() >= 0 || !isEligible(leader, transfer.target())) {
      leader.transfer = Optional.empty();
    } else if (!transfer.timeoutNowSent() && holdsAll(leader, transfer.target())) {
      state.outbox.send(transfer.target(), new TimeoutNow(state.term()));
      leader.lease.giveUp();
      leader.transfer = Optional.of(new Transfer(transfer.target(), transfer.giveUpAt(), true));
    }
  }

  private boolean holdsAll(LeaderState leader, NodeId peer) {
    Progress progress = leader.progress.get(peer);
    return progress != null && progress.matchIndex() == state.log.lastIndex();
  }

  // ---- Because of the disk

  /**
   * A leader whose disk hangs commits by the others' disks for a while, then refuses everything: it gives way to one of those
   * (trap L16). {@code TimeoutNow} needs no disk, so it leaves at once.
   *
   * <p>Not if that helps nobody: as long as no majority without this node is heard, nobody else can win, and if none of them
   * has more on its disk than this node, theirs hang as well, or everybody's is one. Then it goes on leading and looks again
   * with each heartbeat; an election would only add writes to wait for.
   */
  void maybeGiveWay() {
    if (state.role instanceof LeaderState leader && state.diskHangs()) {
      ablerVoter(leader)
          .ifPresent(
              heir -> {
                state.outbox.send(heir, new TimeoutNow(state.term()));
                roles.becomeFollower(state.term(), Optional.empty());
              });
    }
  }

  /**
   * The voter that has most of the log, of a majority that was heard within an election timeout. Whatever is committed is on
   * one of this majority's disks, so the heir, who has the most, has all of it and can get all their votes.
   */
  private Optional<NodeId> ablerVoter(LeaderState leader) {
    boolean othersSuffice = state.quorum().isMetBy(voter -> isHeard(leader, voter));
    return leader.progress.entrySet().stream()
        .filter(entry -> othersSuffice && state.membership().voters().contains(entry.getKey()))
        .filter(entry -> isHeard(leader, entry.getKey()))
        .filter(entry -> entry.getValue().matchIndex() > state.writes.persistedIndex())
        .max(Comparator.comparingLong(entry -> entry.getValue().matchIndex()))
        .map(Map.Entry::getKey);
  }

  /** This node itself isn't meant. */
  private boolean isHeard(LeaderState leader, NodeId peer) {
    Progress progress = leader.progress.get(peer);
    return progress != null
        && state.now - progress.contactAt() < state.config.electionTimeoutNanos();
  }

  // ---- Time

  /** A disk that hangs already is looked at with each heartbeat. */
  long nextDeadline(LeaderState leader) {
    long deadline = leader.transfer.map(Transfer::giveUpAt).orElse(Long.MAX_VALUE);
    OptionalLong since = state.writes.waitingSince();
    return since.isPresent() && !state.diskHangs()
        ? Math.min(deadline, since.getAsLong() + state.config.electionTimeoutNanos())
        : deadline;
  }
}
