package io.balsa.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.RaftConfig;
import io.balsa.raft.driver.TestCluster.Member;
import io.balsa.raft.spi.Snapshot;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a node takes snapshots of its own. */
@Timeout(120)
final class OwnSnapshotsTest {
  private static final RaftConfig CONFIG =
      TestCluster.config().snapshotEveryEntries(10).keepEntries(0).build();

  /** Its first snapshot takes as long to write as the test wants. */
  private static final class SlowToWrite extends ListMachine {
    final AtomicInteger captures = new AtomicInteger();
    final CountDownLatch mayBeWritten = new CountDownLatch(1);

    @Override
    public synchronized Snapshot capture() {
      Snapshot captured = super.capture();
      if (captures.incrementAndGet() > 1) {
        return captured;
      }
      return sink -> {
        try {
          mayBeWritten.await();
        } catch (InterruptedException e) {
          throw new AssertionError("nobody interrupts this", e);
        }
        captured.writeTo(sink);
      };
    }
  }

  /** Trap S8: it isn't forgotten because it was due at the wrong moment. */
  @Test
  void aSnapshotThatWasDueMeanwhileIsTakenAfterwards() {
    try (TestCluster cluster = new TestCluster(CONFIG, SlowToWrite::new)) {
      Member leader = cluster.leader();
      SlowToWrite machine = (SlowToWrite) leader.machine;
      try {
        for (int i = 0; i < 43; i++) {
          cluster.commit(leader, "while-the-first-is-written-" + i);
        }
        assertThat(machine.captures).as("due four times, one in the making").hasValue(1);
      } finally {
        cluster.all().forEach(m -> ((SlowToWrite) m.machine).mayBeWritten.countDown());
      }
      cluster.await("the first snapshot", () -> leader.node.status().firstIndex() > 1);
      for (int i = 0; i < 3; i++) {
        cluster.commit(leader, "afterwards-" + i); // fewer than a snapshot takes
      }
      assertThat(machine.captures.get()).isGreaterThan(1);
      cluster.await("a shorter log", () -> leader.node.status().firstIndex() > 40);
    }
  }
}
