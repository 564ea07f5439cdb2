package io.balsa.raft.spi;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.model.NodeId;
import java.util.List;

/**
 * Carries messages between hosts, best effort: they may be lost, delayed, repeated or reordered.
 *
 * <p>Thread-safe. No call blocks, and {@link #send} never throws: what can't be sent is dropped, and Raft copes.
 */
public interface Transport extends AutoCloseable {

  /**
   * Begins to listen and to connect. Called once, before the first {@link #send}.
   *
   * @throws io.balsa.raft.model.InvalidConfigException if it can't listen, for instance because the port is taken
   */
  void start(Inbound inbound);

  /** Sends the messages in this order, with one flush for all of them. */
  void send(NodeId to, List<GroupMessage> messages);

  /** Stops listening and closes all connections. {@link Inbound} isn't called after it returns. */
  @Override
  void close();

  /** What the host wants to hear. Implemented by the host; called on the transport's threads; returns at once. */
  interface Inbound {
    void onMessages(NodeId from, List<GroupMessage> messages);

    /**
     * The peer's process is gone, as opposed to silent: its connection was reset or closed and a new one was refused.
     * Only a hint; it may be wrong.
     */
    void onPeerUnreachable(NodeId peer);
  }
}
