package io.balsa.raft.transport.netty.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.testkit.contract.RandomMessages;
import io.balsa.raft.testkit.simulator.FreshSeeds;
import io.balsa.raft.testkit.simulator.Reached;
import io.balsa.raft.testkit.simulator.SimOptions;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** Clusters that speak this transport's bytes, some of which are damaged on the way. */
final class SimulatedWireTest {
  private static final int SEEDS = 50;

  @Test
  void freshSeedsPass() {
    FreshSeeds.pass(SEEDS, SimOptions.DEFAULT.withWire(SimulatedWire::new));
  }

  @Test
  void theFirstSeedsRefuseFrames() {
    SortedMap<Reached, Long> reached =
        FreshSeeds.passFirst(SEEDS / 10, SimOptions.DEFAULT.withWire(SimulatedWire::new)).reached();
    assertThat(reached).containsKeys(Reached.WIRE_CODEC, Reached.FRAME_REFUSED);
  }

  @Test
  void everyMessageArrivesAsItWasSentAndNoFrameWithAFlippedBitArrives() {
    SimulatedWire wire = new SimulatedWire();
    for (GroupMessage message : new RandomMessages(1).oneOfEach()) {
      byte[] frame = wire.encode(message);
      assertThat(wire.decode(frame)).contains(message);
      for (int bit = 0; bit < frame.length * 8; bit++) {
        byte[] damaged = frame.clone();
        damaged[bit / 8] ^= (byte) (1 << (bit % 8));
        assertThat(wire.decode(damaged)).as("%s with bit %d flipped", message, bit).isEmpty();
      }
    }
  }
}
