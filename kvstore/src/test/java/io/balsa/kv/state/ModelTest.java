package io.balsa.kv.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.state.store.HeapStore;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The state machine against the model, over random commands: every response, event and read must agree. */
class ModelTest {
  private static final KvStateConfig CONFIG =
      new KvStateConfig(false, 7, Duration.ZERO, 1 << 16, 1 << 20);

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void theHeapStateAgreesWithTheModel(long seed) {
    try (KvStateMachine machine = KvStateMachine.on(new HeapStore(), CONFIG)) {
      run(seed, machine, 4_000);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void theRocksStateAgreesWithTheModel(long seed) {
    try (KvStateMachine machine = KvStateMachine.open(dir, CONFIG)) {
      run(seed, machine, 4_000);
    }
  }

  private static void run(long seed, KvStateMachine machine, int commands) {
    ModelRun run = new ModelRun(seed, machine);
    while (run.log.size() < commands) {
      run.applyBatch();
      run.compareReads();
      if (run.random.below(4) == 0) {
        boolean unused = machine.compactStep();
        run.compareLeases();
        run.compareHistory();
      }
    }
    assertThat(run.model.revision).isGreaterThan(commands / 4);
    assertThat(run.model.compacted).isPositive();
  }
}
