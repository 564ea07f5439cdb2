package io.balsa.raft.testkit.scenario;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.Describe;

/** A message on its way. */
record Envelope(NodeId from, NodeId to, Message message) {

  /** The first word that the message is printed with. */
  String kind() {
    String text = Describe.message(message);
    return text.substring(0, text.indexOf(' '));
  }

  @Override
  public String toString() {
    return from + " > " + to + " " + Describe.message(message);
  }
}
