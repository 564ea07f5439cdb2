package io.balsa.raft.testkit.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.Snapshot;
import io.balsa.raft.spi.StateMachine;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What users' state machines may get wrong, and what the simulator must say then. */
final class CarelessStateMachineTest {
  private static final int SEEDS = 10;
  private static final int LARGE_BYTES = 600;

  /** A sum of numbers, for others to get wrong. */
  private static class Sum implements StateMachine<Long> {
    long sum;

    @Override
    public Long apply(EntryId id, Bytes command) {
      sum += command.getLong(0);
      return sum;
    }

    @Override
    public Snapshot capture() {
      long captured = sum;
      return sink -> sink.writeLong(captured);
    }

    @Override
    public void restore(SnapshotMeta meta, DataInputStream snapshot) throws IOException {
      sum = snapshot.readLong();
    }
  }

  /** As a hash order, the clock or unseeded chance do: every replica goes its own way. */
  private static final class MoodyState extends Sum {
    private final long mood = System.identityHashCode(this);

    @Override
    public Long apply(EntryId id, Bytes command) {
      return super.apply(id, Bytes.ofLong(command.getLong(0) + (id.index() % 10 == 0 ? mood : 0)));
    }
  }

  /** The replicas agree, and tell their clients something else. */
  private static final class MoodyAnswer extends Sum {
    private final long mood = System.identityHashCode(this);

    @Override
    public Long apply(EntryId id, Bytes command) {
      return super.apply(id, command) ^ mood;
    }
  }

  /** Part of the state isn't in the snapshot. */
  private static final class Forgetful extends Sum {
    @Override
    public void restore(SnapshotMeta meta, DataInputStream snapshot) throws IOException {
      super.restore(meta, snapshot);
      sum = sum / 2 * 2;
    }
  }

  /** What is written is the state at that time, not the one that was captured. */
  private static final class Lazy extends Sum {
    @Override
    public Snapshot capture() {
      return sink -> sink.writeLong(sum);
    }
  }

  @Test
  void aStateMachineThatIsItselfPasses() {
    assertThat(found(Sum::new)).isEmpty();
  }

  @Test
  void replicasThatDifferAreFound() {
    assertThat(found(MoodyState::new)).hasSize(SEEDS).isSubsetOf("StateIsReplay", "Convergence");
  }

  @Test
  void answersThatDifferAreFound() {
    assertThat(found(MoodyAnswer::new)).hasSize(SEEDS).containsOnly("StateIsReplay");
  }

  @Test
  void aSnapshotThatLosesSomethingIsFound() {
    assertThat(found(Forgetful::new)).isNotEmpty().isSubsetOf("StateIsReplay", "Convergence");
  }

  @Test
  void aSnapshotOfTheLiveStateIsFound() {
    assertThat(found(Lazy::new)).isNotEmpty().isSubsetOf("StateIsReplay", "Convergence");
  }

  private static List<String> found(Supplier<Sum> stateMachines) {
    SeedRunner seeds = new SimulatorSeeds(SimOptions.of(new Subject(stateMachines)));
    return LongStream.rangeClosed(1, SEEDS)
        .mapToObj(seed -> seeds.run(seed, Extent.FULL))
        .flatMap(Optional::stream)
        .map(SeedRunner.Finding::property)
        .toList();
  }

  private record Subject(Supplier<Sum> stateMachines) implements SimSubject<Sum> {
    @Override
    public Sum create() {
      return stateMachines.get();
    }

    @Override
    public Bytes command(SplittableRandom random, long number) {
      // Most are small and some are large: no window may be judged as if all were of one size.
      byte[] command = new byte[Long.BYTES + (random.nextInt(10) == 0 ? LARGE_BYTES : 0)];
      Bytes.ofLong(number).copyTo(command, 0);
      return Bytes.wrap(command);
    }

    @Override
    public Object observe(Sum stateMachine, long number) {
      return stateMachine.sum;
    }
  }
}
