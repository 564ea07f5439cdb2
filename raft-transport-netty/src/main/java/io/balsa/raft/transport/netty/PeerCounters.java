package io.balsa.raft.transport.netty;

import java.util.concurrent.atomic.LongAdder;

/** Counts for {@link PeerStats}. Thread-safe. */
final class PeerCounters {
  private final LongAdder messagesSent = new LongAdder();
  private final LongAdder bytesSent = new LongAdder();
  private final LongAdder messagesReceived = new LongAdder();
  private final LongAdder bytesReceived = new LongAdder();
  private final LongAdder messagesDropped = new LongAdder();
  private final LongAdder connectionsOpened = new LongAdder();
  private final LongAdder connectionsAccepted = new LongAdder();

  void sent(int messages, long bytes) {
    messagesSent.add(messages);
    bytesSent.add(bytes);
  }

  void received(int messages, long bytes) {
    messagesReceived.add(messages);
    bytesReceived.add(bytes);
  }

  void dropped(int messages) {
    messagesDropped.add(messages);
  }

  void opened() {
    connectionsOpened.increment();
  }

  void accepted() {
    connectionsAccepted.increment();
  }

  PeerStats snapshot() {
    return new PeerStats(
        messagesSent.sum(),
        bytesSent.sum(),
        messagesReceived.sum(),
        bytesReceived.sum(),
        messagesDropped.sum(),
        connectionsOpened.sum(),
        connectionsAccepted.sum());
  }
}
