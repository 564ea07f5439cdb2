package io.balsa.raft.driver;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.Transport;
import java.util.List;

/** The only way out to peers: shut for good the moment the host stops. Thread-safe. */
final class Outlet {
  private final Transport transport;
  private volatile boolean open = true;

  Outlet(Transport transport) {
    this.transport = transport;
  }

  void send(NodeId to, List<GroupMessage> messages) {
    if (open) {
      transport.send(to, messages);
    }
  }

  void send(NodeId to, GroupId group, Message message) {
    send(to, List.of(new GroupMessage(group, message)));
  }

  boolean isOpen() {
    return open;
  }

  void shut() {
    open = false;
  }
}
