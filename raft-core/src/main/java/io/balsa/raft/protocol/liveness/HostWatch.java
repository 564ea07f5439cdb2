package io.balsa.raft.protocol.liveness;

import io.balsa.raft.message.Message.HostHeartbeat;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * One host's watch over others, on behalf of its groups at rest: these hear nothing of each other themselves. Two hosts that
 * share such groups send each other one small message per heartbeat interval, however many groups they are.
 *
 * <p>Who relies on a host asks it for its heartbeats, so it is enough that one of the two believes that they share a group at
 * rest. A host is silent after an election timeout without a heartbeat, counted in this host's own ticks: one that was itself
 * paused finds that it missed ticks, and blames nobody. A host that comes back as another process doesn't vouch for what was
 * before, either.
 */
public final class HostWatch {
  private static final class Peer {
    /** How many groups here rely on it. */
    int relying;

    int silentTicks;

    /** The groups that rely on it were told that it is silent. */
    boolean reportedSilent;

    /** Which process it is; 0 while that isn't known. */
    long startId;

    /** For how many ticks it is still sent heartbeats, because it asked for them. */
    int wantedTicks;

    boolean isWatched() {
      return relying > 0 || wantedTicks > 0;
    }
  }

  private final long startId;
  private final long intervalNanos;
  private final int silentTicksMax;

  /** Invariant: holds exactly those that are watched. */
  private final Map<NodeId, Peer> peers = new TreeMap<>();

  private long tickAt;

  /**
   * @param startId another one for each start of the host, not 0
   */
  public HostWatch(long startId, long intervalNanos, long electionTimeoutNanos) {
    Invariant.check(startId != 0, "a start's number is 0");
    this.startId = startId;
    this.intervalNanos = intervalNanos;
    this.silentTicksMax = Math.toIntExact(electionTimeoutNanos / intervalNanos);
  }

  /** One more group at rest relies on the peer, which was heard just now. */
  public void rely(NodeId peer, long now) {
    Peer known = watched(peer, now);
    known.relying++;
    if (known.relying == 1 || known.reportedSilent) {
      known.silentTicks = 0;
      known.reportedSilent = false;
    }
  }

  /** One group less does. */
  public void release(NodeId peer) {
    Peer known = peers.get(peer);
    Invariant.check(known != null && known.relying > 0, "no group relies on %s", peer);
    if (known != null) {
      known.relying--;
      forgetUnlessWatched(peer, known);
    }
  }

  /**
   * @return whether the groups that rely on the peer can't any more, because it has been restarted
   */
  public boolean onHeartbeat(NodeId from, HostHeartbeat heartbeat, long now) {
    Peer peer = watched(from, now);
    boolean restarted = peer.startId != 0 && peer.startId != heartbeat.startId();
    peer.startId = heartbeat.startId();
    peer.silentTicks = 0;
    peer.reportedSilent = false;
    peer.wantedTicks = heartbeat.wanted() ? silentTicksMax : 0;
    forgetUnlessWatched(from, peer);
    return restarted && peer.relying > 0;
  }

  private Peer watched(NodeId peer, long now) {
    if (peers.isEmpty()) {
      tickAt = nextTickAfter(now);
    }
    return peers.computeIfAbsent(peer, added -> new Peer());
  }

  private void forgetUnlessWatched(NodeId id, Peer peer) {
    if (!peer.isWatched()) {
      peers.remove(id);
    }
  }

  private long nextTickAfter(long now) {
    return (Math.floorDiv(now, intervalNanos) + 1) * intervalNanos;
  }

  /** When {@link #tick} must be called; {@link Long#MAX_VALUE} for never. */
  public long nextDeadline() {
    return peers.isEmpty() ? Long.MAX_VALUE : tickAt;
  }

  /**
   * Sends each watched host a heartbeat.
   *
   * @return who has been silent for too long, each once per silence
   */
  public List<NodeId> tick(long now, BiConsumer<NodeId, HostHeartbeat> sender) {
    tickAt = nextTickAfter(now);
    List<NodeId> silent = new ArrayList<>();
    for (Map.Entry<NodeId, Peer> entry : peers.entrySet()) {
      Peer peer = entry.getValue();
      sender.accept(entry.getKey(), new HostHeartbeat(startId, peer.relying > 0));
      peer.silentTicks++;
      peer.wantedTicks = Math.max(0, peer.wantedTicks - 1);
      if (peer.relying > 0 && !peer.reportedSilent && peer.silentTicks >= silentTicksMax) {
        peer.reportedSilent = true;
        silent.add(entry.getKey());
      }
    }
    peers.values().removeIf(peer -> !peer.isWatched());
    return silent;
  }
}
