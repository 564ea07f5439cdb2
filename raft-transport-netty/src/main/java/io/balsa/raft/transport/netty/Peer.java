package io.balsa.raft.transport.netty;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message;
import io.balsa.raft.model.NodeId;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.util.List;

/** Another host at one address, and our two connections to it. Thread-safe. */
final class Peer {
  private final Target target;
  private final PeerConnection messages;
  private final PeerConnection bulk;

  /** Who it is, where, and its counters, which outlive a change of address. */
  record Target(NodeId id, InetSocketAddress address, PeerCounters counters) {}

  Peer(Target target, ConnectionSettings settings, EventLoopGroup loops) {
    this.target = target;
    messages = new PeerConnection(target, Purpose.MESSAGES, settings, loops.next());
    bulk = new PeerConnection(target, Purpose.BULK, settings, loops.next());
  }

  InetSocketAddress address() {
    return target.address;
  }

  PeerCounters counters() {
    return target.counters;
  }

  boolean isConnected() {
    return messages.isReady();
  }

  void open() {
    messages.open();
  }

  void hurry() {
    messages.hurry();
    bulk.hurry();
  }

  void send(List<GroupMessage> batch) {
    if (batch.stream().noneMatch(Peer::isBulk)) {
      messages.send(batch);
      return;
    }
    List<GroupMessage> small = batch.stream().filter(message -> !isBulk(message)).toList();
    if (!small.isEmpty()) {
      messages.send(small);
    }
    bulk.send(batch.stream().filter(Peer::isBulk).toList());
  }

  private static boolean isBulk(GroupMessage message) {
    return message.message() instanceof Message.InstallSnapshotRequest;
  }

  void close() {
    messages.close();
    bulk.close();
  }
}
