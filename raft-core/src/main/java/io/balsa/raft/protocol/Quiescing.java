package io.balsa.raft.protocol;

import io.balsa.raft.message.Message;
import io.balsa.raft.message.Message.HeartbeatRequest;
import io.balsa.raft.message.Message.HeartbeatResponse;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.RoleState.FollowerState;
import io.balsa.raft.protocol.RoleState.LeaderState;
import io.balsa.raft.protocol.replication.Progress;
import java.util.List;
import java.util.Optional;

/**
 * Puts a group in which nothing happens to rest, and wakes it: at rest it costs neither heartbeats nor timers (trap T8).
 *
 * <pre>
 *   leader    idle, all hold its log ── Heartbeat rest ──►   follower   the same log, nothing open: rests
 *                                    ◄── Response rests ──
 *             all said so: rests
 *
 *   any news at the leader: wakes, heartbeats               any news at a follower: wakes, and says so to its leader
 * </pre>
 *
 * <p>Rest concerns liveness alone: nothing is committed, voted or read differently. Either side may wake without the other,
 * and be wrong about the other: a leader that is awake is heard, a follower that is awake runs its election timer, and
 * either message wakes the other side. What neither can notice is the other's death, so it is the hosts that watch each
 * other, once for all their groups: {@link Input.PeerSilent}.
 */
final class Quiescing {
  private final CoreState state;

  Quiescing(CoreState state) {
    this.state = state;
  }

  /** Whether nothing is to happen here until an input wakes this node. */
  boolean rests() {
    if (state.role instanceof LeaderState leader) {
      return leader.rest.rests;
    }
    return state.role instanceof FollowerState follower && follower.rests;
  }

  /** A follower relies on its leader; a leader on its followers, or it would go on believing that it leads them. */
  List<NodeId> reliesOn() {
    if (!rests()) {
      return List.of();
    }
    return state.role instanceof LeaderState leader
        ? List.copyOf(leader.progress.keySet())
        : List.of(state.role.leader().orElseThrow());
  }

  // ---- Going to rest

  /** Whether the leader asks for rest with the heartbeat that it sends now. Alone, it needs to ask nobody. */
  boolean onHeartbeatDue(LeaderState leader) {
    boolean mayRest = mayRest(leader);
    if (mayRest && leader.progress.isEmpty()) {
      leader.rest.rests = true;
    }
    return mayRest;
  }

  private boolean mayRest(LeaderState leader) {
    long quiesceAfter = state.config.quiesceAfterNanos();
    return quiesceAfter > 0
        && state.now - leader.rest.activeAt >= quiesceAfter
        && leader.reads.isEmpty()
        && leader.transfer.isEmpty()
        && leader.departures.isEmpty()
        && !state.membership().isJoint()
        && state.isVoter()
        && isSettled()
        && leader.progress.values().stream().allMatch(this::holdsAll);
  }

  /** All of the log is durable here and known to be committed. */
  private boolean isSettled() {
    return state.writes.isEmpty()
        && state.cursors.commitIndex() == state.log.lastIndex()
        && state.writes.persistedIndex() == state.log.lastIndex();
  }

  private boolean holdsAll(Progress progress) {
    return progress.mode() == Progress.Mode.REPLICATE
        && progress.matchIndex() == state.log.lastIndex();
  }

  /** What the heartbeat calls committed is in both logs, so a log that ends there is the leader's, whole. */
  void onHeartbeat(FollowerState follower, HeartbeatRequest request) {
    follower.rests =
        request.rest()
            && request.leaderCommit() == state.log.lastIndex()
            && isSettled()
            && follower.proposals.isEmpty()
            && follower.reads.isEmpty();
  }

  void onHeartbeatResponse(LeaderState leader, NodeId from, HeartbeatResponse response) {
    if (!response.rests()) {
      leader.rest.agreed.remove(from);
      return;
    }
    leader.rest.agreed.add(from);
    if (leader.rest.agreed.containsAll(leader.progress.keySet()) && mayRest(leader)) {
      leader.rest.rests = true;
    }
  }

  // ---- Waking up

  /** Wakes this node if the input is news to the group; and a leader begins to count its idle time again. */
  void beforeInput(Input input) {
    if (input instanceof Input.PeerSilent silent) {
      onGone(silent.peer());
    } else if (input instanceof Input.PeerUnreachable unreachable) {
      onGone(unreachable.peer());
    } else if (isNews(input)) {
      onNews(input);
    }
  }

  private void onNews(Input input) {
    if (state.role instanceof LeaderState leader) {
      leader.rest.activeAt = state.now;
      leader.rest.agreed.clear();
      wake(leader);
    } else if (state.role instanceof FollowerState follower && follower.rests) {
      // Its leader's host has vouched for it until now.
      follower.leaderHeardAt = state.now;
      state.electionTimer.restart(state.now);
      boolean fromLeader =
          input instanceof Input.Received received
              && follower.leader().equals(Optional.of(received.from()));
      wake(follower, !fromLeader);
    }
  }

  /** A node at rest waits for no such answer, so it is an old one. */
  private static boolean answersAClient(Message message) {
    return message instanceof Message.ReadIndexResponse
        || message instanceof Message.ProposeAccepted
        || message instanceof Message.ProposeRejected;
  }

  /** Heartbeats and their answers are what goes on while nothing happens; to a node at rest, an unexpected one is news. */
  private boolean isNews(Input input) {
    if (input instanceof Input.Received received) {
      if (received.message() instanceof HeartbeatResponse response) {
        return rests() && !(state.role instanceof LeaderState && response.rests());
      }
      return !(received.message() instanceof HeartbeatRequest) // see onHeartbeat
          && !(rests() && answersAClient(received.message()));
    }
    return input instanceof Input.Propose
        || input instanceof Input.ReadBarrier
        || input instanceof Input.ChangeMembership
        || input instanceof Input.TransferLeadership
        || input instanceof Input.SnapshotReceived;
  }

  /**
   * The peer's host is silent or gone, perhaps. A follower waits for its leader again, but not for all of an election
   * timeout: that has passed. When its leader was last heard isn't changed by that: whoever promised it not to vote meanwhile
   * keeps to that. A leader wakes when those that are left are no quorum.
   */
  private void onGone(NodeId peer) {
    if (state.role instanceof LeaderState leader && leader.rest.rests) {
      leader.rest.silent.add(peer);
      if (!state.quorum().isMetBy(voter -> !leader.rest.silent.contains(voter))) {
        wake(leader);
      }
    } else if (state.role instanceof FollowerState follower
        && follower.rests
        && follower.leader().equals(Optional.of(peer))) {
      state.electionTimer.restartAfterSilence(state.now);
      wake(follower, true);
    }
  }

  /**
   * As a new leader does, it gives everyone an election timeout to show up: whoever was heard before it rested may follow
   * another leader by now. Nothing that was confirmed before counts any more.
   */
  private void wake(LeaderState leader) {
    if (!leader.rest.rests) {
      return;
    }
    leader.rest.rests = false;
    leader.rest.activeAt = state.now;
    leader.rest.agreed.clear();
    leader.rest.silent.clear();
    leader.rest.owesHeartbeat = true;
    leader.heartbeatAt = state.nextHeartbeatAt();
    leader.progress.values().forEach(progress -> progress.heard(state.now));
  }

  /** If the leader rests, its next heartbeat would never come: it is told that somebody waits for it. */
  private void wake(FollowerState follower, boolean tellLeader) {
    follower.rests = false;
    if (tellLeader) {
      state.outbox.send(
          follower.leader().orElseThrow(), new HeartbeatResponse(state.term(), 0, false));
    }
  }

  /** Whether the leader has just woken, and its followers are to hear it at once. */
  boolean takeOwedHeartbeat(LeaderState leader) {
    boolean owed = leader.rest.owesHeartbeat;
    leader.rest.owesHeartbeat = false;
    return owed;
  }
}
