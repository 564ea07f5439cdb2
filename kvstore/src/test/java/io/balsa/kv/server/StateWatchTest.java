package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.kv.state.LyingState;
import io.balsa.raft.model.DamageException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member whose state goes another way than the others'. */
@Timeout(120)
final class StateWatchTest {
  private static final int COMMANDS = 1_100;

  @TempDir private Path dir;

  private static MemberParts quick(boolean lying) {
    return new MemberParts() {
      @Override
      public Duration stateWatchPause() {
        return Duration.ofMillis(50);
      }

      @Override
      public KvStateMachine state(Path dir, KvStateConfig config) {
        return lying
            ? LyingState.open(dir, config, "counter")
            : MemberParts.SOUND.state(dir, config);
      }
    };
  }

  @Test
  void whoIsOutvotedStopsAndComesBackAsAnotherWithTheOthersState() throws Exception {
    try (TestCluster cluster = TestCluster.stopped(dir, 3);
        KvServer liar = KvServer.start(cluster.config(0), quick(true));
        KvServer second = KvServer.start(cluster.config(1), quick(false));
        KvServer third = KvServer.start(cluster.config(2), quick(false))) {
      second.ready().get(30, TimeUnit.SECONDS);
      third.ready().get(30, TimeUnit.SECONDS);
      try (MemberClient client = new MemberClient(cluster, 1)) {
        for (int i = 0; i < COMMANDS; i++) {
          client.put("counter", "value" + i);
        }
      }
      assertThatThrownBy(() -> liar.stopped().get(30, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(DamageException.class)
          .hasMessageContaining("before entry 1000");
      liar.close();
      assertThat(second.stopped()).as("who is right goes on").isNotDone();
      assertThat(third.stopped()).isNotDone();

      cluster.restart(0);
      try (MemberClient client = new MemberClient(cluster, 0)) {
        assertThat(client.get("counter")).isEqualTo("value" + (COMMANDS - 1));
        assertThat(client.version("counter")).isEqualTo(COMMANDS);
      }
    }
  }

  @Test
  void aMajorityIsRightAndWithoutOneNobodyIs() {
    TreeMap<Long, Long> own = new TreeMap<>(Map.of(1000L, 1L, 2000L, 2L));
    Map<Long, Long> same = Map.of(1000L, 1L, 2000L, 2L);
    Map<Long, Long> other = Map.of(1000L, 1L, 2000L, 9L);
    Map<Long, Long> third = Map.of(2000L, 8L);
    Map<Long, Long> behind = Map.of(1000L, 1L);
    assertVerdict(StateComparison.Verdict.SAME, own, List.of(same, same), 3);
    assertVerdict(StateComparison.Verdict.SAME, own, List.of(), 3);
    assertVerdict(StateComparison.Verdict.SAME, own, List.of(behind), 3);
    assertVerdict(StateComparison.Verdict.SAME, own, List.of(same, other), 3);
    assertVerdict(StateComparison.Verdict.OUTVOTED, own, List.of(other, other), 3);
    assertVerdict(StateComparison.Verdict.SAME, own, List.of(other, behind), 3);
    assertVerdict(StateComparison.Verdict.SPLIT, own, List.of(other, third), 3);
    assertVerdict(StateComparison.Verdict.SPLIT, own, List.of(other), 2);
    assertThat(StateComparison.of(own, List.of(other, other), 2, false).verdict())
        .as("a learner whom both voters deny")
        .isEqualTo(StateComparison.Verdict.OUTVOTED);
  }

  private static void assertVerdict(
      StateComparison.Verdict verdict,
      TreeMap<Long, Long> own,
      List<Map<Long, Long>> others,
      int voters) {
    assertThat(StateComparison.of(own, others, voters, true).verdict()).isEqualTo(verdict);
  }
}
