package io.balsa.raft.memory;

import io.balsa.raft.model.InvalidConfigException;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A network inside one process: hosts that take their {@link Transport} from the same {@code MemoryNetwork} hear each
 * other. Links can be cut and healed, to see how a cluster bears it.
 *
 * <p>Thread-safe. Nothing is lost unless a link is cut or a receiver's queue is full; the order of one sender is kept.
 */
public final class MemoryNetwork {
  /** Beyond this many bytes that wait for one receiver, messages to it are lost. */
  static final long INBOX_BYTES_MAX = 256L << 20;

  private final Map<NodeId, MemoryTransport> started = new ConcurrentHashMap<>();
  private final Set<Link> cuts = ConcurrentHashMap.newKeySet();

  /**
   * A transport for the host {@code self}, not started. A host that was closed may come back by asking again; while it is
   * still there, a second one can't start.
   */
  public Transport transport(NodeId self) {
    return new MemoryTransport(this, self);
  }

  /** Loses everything between the two, in both directions, also what is on its way, until {@link #heal}. */
  public void cut(NodeId a, NodeId b) {
    cuts.add(new Link(a, b));
    cuts.add(new Link(b, a));
  }

  /** Loses everything that {@code from} sends to {@code to}; the other direction isn't changed. */
  public void cutOneWay(NodeId from, NodeId to) {
    cuts.add(new Link(from, to));
  }

  /** Cuts the host off from all others that are started now. */
  public void isolate(NodeId node) {
    started.keySet().stream().filter(other -> !other.equals(node)).forEach(o -> cut(node, o));
  }

  /** Mends every link. What was lost stays lost. */
  public void heal() {
    cuts.clear();
  }

  boolean isCut(NodeId from, NodeId to) {
    return cuts.contains(new Link(from, to));
  }

  Optional<MemoryTransport> find(NodeId node) {
    return Optional.ofNullable(started.get(node));
  }

  void join(MemoryTransport transport) {
    if (started.putIfAbsent(transport.self(), transport) != null) {
      throw new InvalidConfigException(transport.self() + " is already on this network");
    }
  }

  /** Takes the host off, and tells those who talked to it, as a refused connection would tell them. */
  void leave(MemoryTransport transport) {
    if (!started.remove(transport.self(), transport)) {
      return;
    }
    List<MemoryTransport> others = new ArrayList<>(started.values());
    for (MemoryTransport other : others) {
      other.peerLeft(transport.self());
    }
  }

  private record Link(NodeId from, NodeId to) {}
}
