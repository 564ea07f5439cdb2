package io.balsa.kv.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.lease.TimerWheel.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The wheel against a sorted map that does the same slowly. */
class TimerWheelTest {

  @Test
  void aTimerIsDueAtItsDeadlineAndNotAMillisecondBefore() {
    for (long deadline : new long[] {1, 63, 64, 65, 4095, 4096, 262_144, 9_000_000_000_000L}) {
      TimerWheel<Long> wheel = new TimerWheel<>(0);
      wheel.schedule(Timer.of(deadline), deadline);
      assertThat(expire(wheel, deadline - 1, 10)).isEmpty();
      assertThat(wheel.nextWake()).isLessThanOrEqualTo(deadline).isPositive();
      assertThat(expire(wheel, deadline, 10)).containsExactly(deadline);
      assertThat(wheel.nextWake()).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void whatIsDueBeyondTheBatchWaitsForTheNext() {
    TimerWheel<Long> wheel = new TimerWheel<>(100);
    for (long id = 0; id < 1200; id++) {
      wheel.schedule(Timer.of(id), 5000);
    }
    assertThat(expire(wheel, 6000, 500)).hasSize(500);
    assertThat(wheel.nextWake()).isLessThanOrEqualTo(6000);
    assertThat(expire(wheel, 6000, 500)).hasSize(500);
    assertThat(expire(wheel, 6000, 500)).hasSize(200);
  }

  @Test
  void aDueTimerCanStillBeMovedOrCancelled() {
    TimerWheel<String> wheel = new TimerWheel<>(0);
    Timer<String> moved = Timer.of("moved");
    Timer<String> cancelled = Timer.of("cancelled");
    wheel.schedule(moved, 10);
    wheel.schedule(cancelled, 10);
    assertThat(expire(wheel, 20, 0)).isEmpty();
    wheel.schedule(moved, 30);
    wheel.cancel(cancelled);
    assertThat(expire(wheel, 29, 9)).isEmpty();
    assertThat(expire(wheel, 30, 9)).containsExactly("moved");
  }

  @Test
  void randomRenewalsAgreeWithASortedMap() {
    for (long seed = 0; seed < 200; seed++) {
      compareWithModel(new Random(seed), "seed " + seed);
    }
  }

  private static void compareWithModel(Random random, String seed) {
    long now = random.nextInt(1_000_000);
    TimerWheel<Integer> wheel = new TimerWheel<>(now);
    List<Timer<Integer>> timers = new ArrayList<>();
    for (int id = 0; id < 50; id++) {
      timers.add(Timer.of(id));
    }
    TreeMap<Integer, Long> model = new TreeMap<>();
    for (int step = 0; step < 1000; step++) {
      int id = random.nextInt(timers.size());
      int choice = random.nextInt(10);
      if (choice < 6) {
        long deadline = now + (random.nextLong() >>> (25 + random.nextInt(39)));
        wheel.schedule(timers.get(id), deadline);
        model.put(id, deadline);
      } else if (choice < 7) {
        wheel.cancel(timers.get(id));
        model.remove(id);
      } else {
        now += random.nextLong() >>> (30 + random.nextInt(34));
        long time = now;
        TreeSet<Integer> due = new TreeSet<>();
        model.forEach(
            (timer, deadline) -> {
              if (deadline <= time) {
                due.add(timer);
              }
            });
        long wake = wheel.nextWake();
        model
            .values()
            .forEach(
                deadline ->
                    assertThat(wake).as(seed).isLessThanOrEqualTo(Math.max(deadline, time)));
        assertThat(new TreeSet<>(expire(wheel, now, 1000))).as(seed).isEqualTo(due);
        due.forEach(model::remove);
      }
    }
  }

  private static <T> List<T> expire(TimerWheel<T> wheel, long now, int max) {
    List<T> expired = new ArrayList<>();
    assertThat(wheel.expire(now, max, expired::add)).isEqualTo(expired.size());
    return expired;
  }
}
