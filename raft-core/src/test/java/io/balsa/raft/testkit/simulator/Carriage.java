package io.balsa.raft.testkit.simulator;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.testkit.invariant.PropertyViolation;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * What a message goes through between two nodes' memories: nothing, or a real codec and, in some runs, a network that flips
 * bits. A message that arrives is the one that was sent; one that was damaged doesn't arrive.
 */
final class Carriage {
  private static final int FLIPPED_BITS_MAX = 3;

  private final World world;
  private final Optional<SimWire> wire;
  private final SplittableRandom random;

  Carriage(World world, Optional<Supplier<SimWire>> wires) {
    this.world = world;
    this.wire = world.swarm().wire ? wires.map(Supplier::get) : Optional.empty();
    this.random = new SplittableRandom(world.swarm().wireSeed);
  }

  /**
   * @param calm whether nothing is damaged
   */
  Optional<Message> carry(Message message, boolean calm) {
    return wire.isPresent() ? carry(wire.get(), message, calm) : Optional.of(message);
  }

  private Optional<Message> carry(SimWire codec, Message message, boolean calm) {
    GroupMessage sent = new GroupMessage(GroupId.ONLY, message);
    byte[] frame = codec.encode(sent);
    world.reached(Reached.WIRE_CODEC);
    if (!calm && random.nextDouble() < world.swarm().flips) {
      flipBits(frame);
      codec.decode(frame).ifPresent(arrived -> reportDamage(message, arrived));
      world.reached(Reached.FRAME_REFUSED);
      return Optional.empty();
    }
    Optional<GroupMessage> arrived = codec.decode(frame);
    if (!arrived.equals(Optional.of(sent))) {
      throw new PropertyViolation("WireKeepsMessages", message + " arrives as " + arrived);
    }
    return Optional.of(arrived.get().message());
  }

  /** One to three bits: as many as any checksum of 32 bits notices for certain in frames of this size. */
  private void flipBits(byte[] frame) {
    int bits = random.nextInt(1, FLIPPED_BITS_MAX + 1);
    int first = random.nextInt(frame.length * 8 - bits);
    for (int bit = first; bit < first + bits; bit++) {
      frame[bit / 8] ^= (byte) (1 << (bit % 8));
    }
  }

  private static void reportDamage(Message sent, GroupMessage arrived) {
    throw new PropertyViolation(
        "DamageIsRefused", sent + " was damaged on the way, and arrived as " + arrived);
  }
}
