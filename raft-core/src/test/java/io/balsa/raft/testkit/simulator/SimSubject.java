package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.spi.StateMachine;
import java.util.SplittableRandom;

/**
 * What the simulator replicates, and how it is used: implement this to put your own state machine through crashes, torn
 * writes, snapshots and partitions.
 *
 * <p>The state machine itself is the oracle: what each replica answered must be what one replica answers that applies the
 * committed log from the beginning to the end, alone.
 *
 * @param <S> the state machine; it must be deterministic, and what it captures must be equal, byte for byte, for equal states
 */
public interface SimSubject<S extends StateMachine<?>> {
  /** A new, empty state machine: one per start of a node. */
  S create();

  /**
   * A command for a client to propose.
   *
   * @param number different for each command; the command's bytes must be different, too
   */
  Bytes command(SplittableRandom random, long number);

  /**
   * What a read sees. Must depend on the state and the number only, and be comparable by {@code equals}.
   *
   * @param number different for each read
   */
  Object observe(S stateMachine, long number);
}
