package io.balsa.raft.transport.netty;

import io.balsa.raft.model.NodeId;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a transport did since it was made. Immutable.
 *
 * @param messagesToStrangers dropped, because no address of the receiver is known
 * @param connectionsRefused incoming ones: by the handshake, unreadable, or too many at once
 */
public record TransportStats(
    SortedMap<NodeId, PeerStats> peers, long messagesToStrangers, long connectionsRefused) {
  public TransportStats {
    peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
  }

  /** Empty for one that isn't a peer now. */
  public Optional<PeerStats> peer(NodeId id) {
    return Optional.ofNullable(peers.get(id));
  }
}
