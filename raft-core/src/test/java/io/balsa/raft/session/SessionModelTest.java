package io.balsa.raft.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random logs, against the naive model, on three replicas: one applies entry by entry, one in runs of random lengths, one
 * begins again from a snapshot now and then.
 */
final class SessionModelTest {
  private static final int LOGS = 300;
  private static final int ENTRIES = 400;
  private static final long TTL = Duration.ofSeconds(4).toNanos();

  @Test
  void replicasAgreeWithTheModelAndWithEachOtherByteForByte() {
    long first = Long.getLong("sessions.first", System.nanoTime() % 1_000_000);
    System.out.println("sessions: " + LOGS + " logs from -Dsessions.first=" + first);
    int[] answers = new int[2];
    for (long seed = first; seed < first + LOGS; seed++) {
      run(seed, answers);
    }
    assertThat(answers[0]).as("commands that took effect").isGreaterThan(LOGS);
    assertThat(answers[1]).as("other answers").isGreaterThan(LOGS);
  }

  private static void run(long seed, int[] answers) {
    SplittableRandom random = new SplittableRandom(seed);
    NaiveSessions model = new NaiveSessions();
    Replica single = new Replica();
    Replica runs = new Replica();
    Replica restarting = new Replica();
    List<Bytes> run = new ArrayList<>();
    List<SessionResult<String>> expectedOfRun = new ArrayList<>();
    LogAuthor author = new LogAuthor(random);
    for (int index = 1; index <= ENTRIES; index++) {
      SessionCommand command = author.next();
      SessionResult<String> expected = model.apply(index, command);
      author.told(expected);
      answers[expected instanceof SessionResult.Applied ? 0 : 1]++;
      assertThat(single.apply(command)).as("seed %d, %s", seed, command).isEqualTo(expected);
      if (random.nextInt(20) == 0) {
        restarting = restarting.restored();
      }
      assertThat(restarting.apply(command)).as("seed %d, %s", seed, command).isEqualTo(expected);
      run.add(command.encode());
      expectedOfRun.add(expected);
      if (random.nextInt(8) == 0 || index == ENTRIES) {
        assertThat(runs.applyAll(run)).as("seed %d", seed).isEqualTo(expectedOfRun);
        run.clear();
        expectedOfRun.clear();
        assertThat(runs.capture()).as("seed %d at %d", seed, index).isEqualTo(single.capture());
      }
      if (random.nextInt(50) == 0) {
        assertThat(restarting.capture()).as("seed %d", seed).isEqualTo(single.capture());
      }
    }
    assertThat(restarting.capture()).isEqualTo(single.capture());
    assertThat(single.journal.lines()).isEqualTo(model.journal());
  }

  /** Writes what clients might: mostly sensible, sometimes late, repeated, or by a clock that is wrong. */
  private static final class LogAuthor {
    private final SplittableRandom random;
    private final List<Long> sessions = new ArrayList<>(List.of(999_999L));
    private final List<SessionCommand> written = new ArrayList<>();
    private long time;

    LogAuthor(SplittableRandom random) {
      this.random = random;
    }

    void told(SessionResult<String> result) {
      time = result.logTime();
      if (result instanceof SessionResult.SessionHeard<String> heard
          && !sessions.contains(heard.session())) {
        sessions.add(heard.session());
      }
    }

    SessionCommand next() {
      SessionCommand command =
          !written.isEmpty() && random.nextInt(4) == 0
              ? written.get(Math.max(0, written.size() - 1 - random.nextInt(20)))
              : fresh();
      written.add(command);
      return command;
    }

    private SessionCommand fresh() {
      int kind = random.nextInt(100);
      if (kind < 6) {
        return new SessionCommand.Open(
            new SessionLimits(
                Duration.ofNanos(TTL / (1 + random.nextInt(2))),
                1 + random.nextInt(5),
                1 + random.nextInt(6),
                random.nextInt(60)));
      }
      long recent = Math.max(0, sessions.size() - 1 - random.nextInt(5));
      long acknowledged = random.nextInt(10) * (long) random.nextInt(3);
      SessionCommand.Header header =
          new SessionCommand.Header(sessions.get((int) recent), acknowledged, stamp());
      if (kind < 80) {
        long number = acknowledged + random.nextInt(8);
        return new SessionCommand.Numbered(header, number, Bytes.utf8("c" + number));
      } else if (kind < 90) {
        return new SessionCommand.KeepAlive(header);
      } else if (kind < 93) {
        return new SessionCommand.Close(header);
      }
      return new SessionCommand.WithoutSession(Bytes.utf8("w" + random.nextInt(10)));
    }

    private long stamp() {
      return switch (random.nextInt(10)) {
        case 0 -> Math.max(0, time - random.nextLong(TTL));
        case 1 -> time + random.nextLong(10 * TTL);
        case 2 -> time;
        default -> time + random.nextLong(TTL / 10);
      };
    }
  }
}
