package io.balsa.kv.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KeyRange;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers while commands are applied, history is removed, the state is replaced, and the state is closed. */
class ConcurrentReadTest {
  private static final KvStateConfig CONFIG =
      new KvStateConfig(true, 10, Duration.ofNanos(1000), 1 << 16, 1 << 20);
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  @TempDir Path dir;

  @Test
  void readersOutliveRestoreAndCloseAndSeeWholeBatches() throws Exception {
    RecordedLog log = new RecordedLog(51, 1_500);
    ExecutorService readers = Executors.newFixedThreadPool(3);
    try (KvStateMachine machine = KvStateMachine.open(dir, CONFIG)) {
      List<Future<Long>> done = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        done.add(readers.submit(readUntilClosed(machine)));
      }
      log.applyAllThrough(machine, 10, 1_000);
      byte[] snapshot = capture(machine);
      for (int i = 0; i < 5; i++) {
        log.applyAllThrough(machine, 4, 1_100);
        restore(machine, log.entry(1_000).id(), snapshot);
      }
      log.applyAllThrough(machine, 10, 1_500);
      machine.close();
      for (Future<Long> reads : done) {
        assertThat(reads.get(1, TimeUnit.MINUTES)).isPositive();
      }
      assertThatThrownBy(machine::view).isInstanceOf(NodeStoppedException.class);
      assertThatThrownBy(machine::dbSize).isInstanceOf(NodeStoppedException.class);
    } finally {
      readers.shutdownNow();
    }
  }

  private static Callable<Long> readUntilClosed(KvStateMachine machine) {
    return () -> {
      long reads = 0;
      while (true) {
        try (ReadView view = machine.view()) {
          checkOneView(view);
          readHistory(machine, Math.max(1, view.currentRevision() - 20));
          reads++;
        } catch (NodeStoppedException e) {
          return reads;
        }
      }
    };
  }

  private static void checkOneView(ReadView view) {
    RangeRequest.Builder all = RangeRequest.newBuilder().setKey(ZERO).setRangeEnd(ZERO);
    List<KeyValue> now = view.range(all.build()).getKvsList();
    assertThat(now).allMatch(kv -> kv.getModRevision() <= view.currentRevision());
    long at = view.currentRevision();
    assertThat(view.range(all.setRevision(at).build()).getKvsList()).isEqualTo(now);
    if (at > 1 && at - 1 >= view.compactedRevision()) {
      assertThat(view.range(all.setRevision(at - 1).build()).getHeader().getRevision())
          .isEqualTo(at);
    }
  }

  private static void readHistory(KvStateMachine machine, long from) {
    try {
      HistoryBatch batch = machine.events().read(from, KeyRange.ALL, true, 100, 1 << 20);
      long expected = from;
      for (RevisionEvents events : batch.revisions()) {
        assertThat(events.revision()).isGreaterThanOrEqualTo(expected);
        expected = events.revision() + 1;
      }
    } catch (HistoryCompactedException e) {
      assertThat(e.compactedRevision()).isGreaterThan(from);
    }
  }

  @Test
  void aViewThatIsStillOpenDelaysTheEndButNeverFindsFreedMemory() throws Exception {
    RecordedLog log = new RecordedLog(52, 100);
    KvStateMachine machine = KvStateMachine.open(dir, CONFIG);
    log.applyAllThrough(machine, 10, 100);
    ReadView view = machine.view();
    ExecutorService closer = Executors.newSingleThreadExecutor();
    try {
      Future<?> closed = closer.submit(machine::close);
      RangeRequest all = RangeRequest.newBuilder().setKey(ZERO).setRangeEnd(ZERO).build();
      for (int i = 0; i < 100; i++) {
        assertThat(view.range(all).getHeader().getRevision()).isEqualTo(log.model.revision);
      }
      view.close();
      closed.get(1, TimeUnit.MINUTES);
      assertThatThrownBy(() -> view.range(all)).isInstanceOf(IllegalStateException.class);
    } finally {
      closer.shutdownNow();
    }
  }

  private static byte[] capture(KvStateMachine machine) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Snapshot snapshot = machine.capture()) {
      snapshot.writeTo(new DataOutputStream(bytes));
    }
    return bytes.toByteArray();
  }

  private static void restore(KvStateMachine machine, EntryId last, byte[] snapshot)
      throws IOException {
    SnapshotMeta meta = new SnapshotMeta(last, new MembershipEntry(EntryId.ZERO, Membership.NONE));
    machine.restore(meta, new DataInputStream(new ByteArrayInputStream(snapshot)));
  }
}
