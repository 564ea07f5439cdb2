package io.balsa.raft.testkit.simulator;

import io.balsa.raft.message.GroupMessage;
import java.util.Optional;

/**
 * A transport's codec, for runs whose messages travel as the bytes that the transport would send. Belongs to one run, so to
 * one thread; equal messages must give equal bytes, in every JVM.
 */
public interface SimWire {
  /** The message as a frame: everything that would protect it on the way is part of it. */
  byte[] encode(GroupMessage message);

  /** The message of exactly one frame; empty if the frame is refused, as a damaged one must be. */
  Optional<GroupMessage> decode(byte[] frame);
}
