package io.balsa.raft.driver;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Messages of one round of one thread, of all groups, by destination: a peer gets them in one send with one flush. One
 * thread at a time.
 */
final class Outbox {
  private final Outlet outlet;
  private final Map<NodeId, List<GroupMessage>> byPeer = new TreeMap<>();

  Outbox(Outlet outlet) {
    this.outlet = outlet;
  }

  void add(NodeId to, GroupId group, Message message) {
    byPeer.computeIfAbsent(to, peer -> new ArrayList<>()).add(new GroupMessage(group, message));
  }

  void flush() {
    byPeer.forEach(outlet::send);
    byPeer.clear();
  }
}
