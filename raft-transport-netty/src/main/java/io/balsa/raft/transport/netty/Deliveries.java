package io.balsa.raft.transport.netty;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.Transport.Inbound;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to the host: closed before the start and after the end, and proof against its failures. Thread-safe. */
final class Deliveries {
  private static final Logger log = LoggerFactory.getLogger(Deliveries.class);

  private volatile @Nullable Inbound inbound;

  void open(Inbound host) {
    inbound = host;
  }

  /** A call that is under way may still be; it ends with the event loop. */
  void close() {
    inbound = null;
  }

  void messages(NodeId from, List<GroupMessage> messages) {
    Inbound host = inbound;
    if (host == null) {
      return;
    }
    try {
      host.onMessages(from, messages);
    } catch (RuntimeException e) {
      log.error("the host failed on {} messages from {}", messages.size(), from, e);
    }
  }

  void peerUnreachable(NodeId peer) {
    Inbound host = inbound;
    if (host == null) {
      return;
    }
    try {
      host.onPeerUnreachable(peer);
    } catch (RuntimeException e) {
      log.error("the host failed on the loss of {}", peer, e);
    }
  }
}
