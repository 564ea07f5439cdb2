package io.balsa.kv.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.state.store.HeapStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members that cut the same log into different runs, and remove history at different speeds, agree at every entry. */
class ReplicaTest {
  private static final KvStateConfig CONFIG =
      new KvStateConfig(false, 3, Duration.ZERO, 1 << 16, 1 << 20);

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(longs = {41, 42, 43})
  void membersAgreeHoweverTheLogIsCut(long seed) {
    RecordedLog log = new RecordedLog(seed, 2_000);
    Random random = new Random(seed);
    try (KvStateMachine one = KvStateMachine.on(new HeapStore(), CONFIG);
        KvStateMachine other = KvStateMachine.open(dir, CONFIG)) {
      for (long through = 100; through <= log.size(); through += 100) {
        log.applyAllThrough(one, 1, through);
        log.applyAllThrough(other, 1 + random.nextInt(100), through);
        for (int steps = random.nextInt(20); steps > 0 && other.compactStep(); steps--) {
          assertThat(other.lastApplied().index()).isEqualTo(through);
        }
        assertThat(other.hashKv(0)).isEqualTo(one.hashKv(0));
        long past = Math.max(one.events().compactedRevision(), one.events().currentRevision() - 9);
        assertThat(other.hashKv(past)).isEqualTo(one.hashKv(past));
        assertThat(other.leases().all()).isEqualTo(one.leases().all());
        assertThat(other.members()).isEqualTo(one.members());
      }
      assertThat(one.hashKv(0)).isNotEqualTo(one.hashKv(one.events().compactedRevision()));
    }
  }
}
