package io.balsa.raft.transport.netty;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.NodeId;
import java.util.concurrent.CompletableFuture;

/**
 * What a host has to say to those that aren't its peers, and to hear from peers that it isn't theirs any more. Implemented by
 * the host; called on the transport's threads; returns at once.
 */
public interface Reception {

  /** Whether the node belonged to the cluster and was removed for good. It is refused either way, and told so if it was. */
  default boolean wasRemoved(NodeId node) {
    return false;
  }

  /** A peer refuses this host, because it was removed from the cluster for good. Called at each refusal. */
  default void onRemoved(NodeId saidBy) {}

  /**
   * Answers a stranger's question, as far as strangers may know; {@link NettyTransport#ask} is the other side. What it fails
   * with is told too, as a text.
   *
   * @param question of at most a kilobyte
   * @return at most {@link #ANSWER_BYTES_MAX}, within the handshake's timeout
   */
  default CompletableFuture<Bytes> answer(Bytes question) {
    return CompletableFuture.failedFuture(
        new UnsupportedOperationException("this host answers no questions"));
  }

  /** A longer answer isn't taken. */
  int ANSWER_BYTES_MAX = 1 << 20;
}
