package io.balsa.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.NodeStatus;
import io.balsa.raft.Outcome;
import io.balsa.raft.driver.TestCluster.Member;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.RejectReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A state machine that can't keep up with what is committed. */
@Timeout(120)
final class SlowStateMachineTest {
  /** As in {@link GroupLoop}. */
  private static final int APPLY_GAP_MAX = 50_000;

  /** Applies nothing before it may. */
  private static final class Stuck extends ListMachine {
    volatile CountDownLatch mayApply = new CountDownLatch(0);

    @Override
    public List<String> applyAll(List<Entry> run, EntryId through) {
      try {
        mayApply.await();
      } catch (InterruptedException e) {
        throw new AssertionError("nobody interrupts this", e);
      }
      return super.applyAll(run, through);
    }
  }

  /** Trap T5. */
  @Test
  void proposalsAreRefusedWhileTheStateMachineIsFarBehind() {
    try (TestCluster cluster = new TestCluster(TestCluster.config().build(), Stuck::new)) {
      Member leader = cluster.leader();
      cluster.commit(leader, "before");
      Stuck machine = (Stuck) leader.machine;
      machine.mayApply = new CountDownLatch(1);
      try {
        List<CompletableFuture<Outcome<String>>> outcomes = new ArrayList<>();
        while (gap(leader) <= APPLY_GAP_MAX) {
          for (int i = 0; i < 1_000; i++) {
            outcomes.add(leader.node.propose(Bytes.utf8("x")));
          }
          long appended = leader.node.status().lastIndex();
          cluster.await("its commit", () -> leader.node.status().commitIndex() >= appended);
        }
        assertThat(leader.node.propose(Bytes.utf8("too much")).join())
            .isEqualTo(
                new Outcome.Rejected<String>(RejectReason.OVERLOADED, Optional.of(leader.id)));
      } finally {
        machine.mayApply.countDown();
      }
      cluster.await("a state machine that caught up", () -> gap(leader) == 0);
      cluster.commit(leader, "after");
    }
  }

  private static long gap(Member member) {
    NodeStatus status = member.node.status();
    return status.commitIndex() - status.appliedIndex();
  }
}
