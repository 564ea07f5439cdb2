package io.balsa.kv.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.state.store.HeapStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a crash leaves is a prefix of the log, whole batches only, and applying the rest again gives the same results. */
class CrashTest {
  private static final int COMMANDS = 1_200;
  private static final int LIVES = 4;

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(longs = {21, 22})
  void aMemberThatIsKilledAgainAndAgainEndsInTheSameState(long seed) throws Exception {
    long applied = 0;
    for (int life = 0; life < LIVES; life++) {
      assertThat(live(seed, seed * 100 + life)).isEqualTo(CrashingMember.CRASHED);
      applied = Math.max(applied, appliedAfterRestart(seed));
    }
    assertThat(applied).as("something survived some crash").isPositive();
    RecordedLog log = new RecordedLog(seed, COMMANDS);
    try (KvStateMachine killed = KvStateMachine.open(dir, CrashingMember.CONFIG);
        KvStateMachine spared = KvStateMachine.inMemory(KvStateConfig.DEFAULT)) {
      log.applyAllThrough(killed, 5, log.size());
      log.applyAllThrough(spared, 100, log.size());
      assertThat(killed.hashKv(0)).isEqualTo(spared.hashKv(0));
      assertThat(killed.leases().all()).isEqualTo(spared.leases().all());
    }
  }

  private int live(long logSeed, long lifeSeed) throws IOException, InterruptedException {
    Path output = dir.resolveSibling(dir.getFileName() + ".out");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            CrashingMember.class.getName(),
            dir.toString(),
            Long.toString(logSeed),
            Integer.toString(COMMANDS),
            Long.toString(lifeSeed));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as("%s", Files.readString(output)).isNotEqualTo(1);
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  /** The revision is the one that the log gives at that entry: a crash never turns it back, nor any row forward. */
  private long appliedAfterRestart(long seed) {
    try (KvStateMachine machine = KvStateMachine.open(dir, CrashingMember.CONFIG);
        KvStateMachine fresh = KvStateMachine.inMemory(KvStateConfig.DEFAULT)) {
      long applied = machine.lastApplied().index();
      new RecordedLog(seed, COMMANDS).applyAllThrough(fresh, 10, applied);
      assertThat(machine.lastApplied()).isEqualTo(fresh.lastApplied());
      assertThat(machine.hashKv(0)).isEqualTo(fresh.hashKv(0));
      return applied;
    }
  }

  @Test
  void aHeapStoreForgetsWhatWasNotFlushed() {
    HeapStore store = new HeapStore();
    KvStateMachine machine =
        KvStateMachine.on(store, KvStateConfig.DEFAULT.withoutBackgroundCompaction());
    RecordedLog log = new RecordedLog(5, 60);
    log.applyAllThrough(machine, 7, 30);
    assertThat(machine.flush().index()).isEqualTo(30);
    log.applyAllThrough(machine, 7, 60);
    try (KvStateMachine restarted =
        KvStateMachine.on(
            store.afterCrash(), KvStateConfig.DEFAULT.withoutBackgroundCompaction())) {
      assertThat(restarted.lastApplied().index()).isEqualTo(30);
      log.applyAllThrough(restarted, 11, 60);
      assertThat(restarted.hashKv(0)).isEqualTo(machine.hashKv(0));
    }
  }

  @Test
  void aClosedStateIsWholeEvenWithoutAFlush() {
    RecordedLog log = new RecordedLog(6, 100);
    try (KvStateMachine machine = KvStateMachine.open(dir, CrashingMember.CONFIG)) {
      log.applyAllThrough(machine, 9, 100);
    }
    try (KvStateMachine machine = KvStateMachine.open(dir, CrashingMember.CONFIG)) {
      assertThat(machine.lastApplied().index()).isEqualTo(100);
      assertThat(machine.events().currentRevision()).isEqualTo(log.model.revision);
    }
  }
}
