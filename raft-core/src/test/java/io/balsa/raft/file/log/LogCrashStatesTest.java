package io.balsa.raft.file.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.testkit.disk.Replay;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Power fails, the process is killed, or a flush fails, before any change that the log makes to its files; what may be on the
 * platter then is read back by the real recovery. What was acknowledged is there, what wasn't is there whole or not at all,
 * and nothing else is. {@code -Dcrash.cases=10000 -Dcrash.seed=1}.
 */
final class LogCrashStatesTest {

  @Test
  void everyCrashLeavesWhatWasAcknowledged() {
    Replay replay = Replay.of("crash", 1000);
    Map<CrashingLog.Crash, Integer> states = new EnumMap<>(CrashingLog.Crash.class);
    int done = 0;
    for (long seed = replay.seed(); done < replay.cases(); seed++) {
      CrashingLog log = new CrashingLog(seed);
      try {
        log.run();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            log.where() + "\nreplay: -Dtest=LogCrashStatesTest " + replay.command(seed), e);
      }
      log.states().forEach((crash, count) -> states.merge(crash, count, Integer::sum));
      done += log.states().values().stream().mapToInt(Integer::intValue).sum();
    }
    System.out.println("crash: " + done + " states of the log: " + states);
    assertThat(states.keySet()).as("kinds of crashes").hasSize(CrashingLog.Crash.values().length);
  }
}
