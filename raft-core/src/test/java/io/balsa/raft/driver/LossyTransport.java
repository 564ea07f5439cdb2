package io.balsa.raft.driver;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/** Loses or repeats what the test says. */
final class LossyTransport implements Transport {
  private final Transport transport;
  private final ToIntFunction<Message> copies;

  /**
   * @param copies how often a message is sent; called on any thread
   */
  LossyTransport(Transport transport, ToIntFunction<Message> copies) {
    this.transport = transport;
    this.copies = copies;
  }

  @Override
  public void start(Inbound inbound) {
    transport.start(inbound);
  }

  @Override
  public void send(NodeId to, List<GroupMessage> messages) {
    List<GroupMessage> sent = new ArrayList<>();
    for (GroupMessage message : messages) {
      for (int i = copies.applyAsInt(message.message()); i > 0; i--) {
        sent.add(message);
      }
    }
    transport.send(to, sent);
  }

  @Override
  public void close() {
    transport.close();
  }
}
