package io.balsa.kv.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.state.store.Backup;
import io.balsa.kv.state.store.HeapStore;
import io.balsa.kv.state.store.OrderedStore;
import io.balsa.kv.state.store.StorePin;
import io.balsa.kv.state.store.StoreWrites;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.Snapshot;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Removing history in the background on a store that fails for a while. */
@Timeout(60)
final class CompactionFailureTest {
  private static final KvStateConfig CONFIG =
      new KvStateConfig(true, 1000, Duration.ZERO, 1 << 16, 1 << 20);

  @Test
  void whoWaitsIsToldOfAFailureAndItIsTriedAgain() throws Exception {
    FailingStore store = new FailingStore();
    try (KvStateMachine machine = KvStateMachine.on(store, CONFIG)) {
      apply(machine, KvCommand.newBuilder().setPut(KvFixture.putRequest("a", "1")));
      apply(machine, KvCommand.newBuilder().setPut(KvFixture.putRequest("a", "2")));
      store.failing = true;
      CompletableFuture<Void> done = machine.compactionDone(3);
      apply(
          machine,
          KvCommand.newBuilder().setCompaction(CompactionRequest.newBuilder().setRevision(3)));
      assertThatThrownBy(() -> done.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(StorageException.class);
      store.failing = false;
      assertThat(machine.compactionDone(3)).succeedsWithin(Duration.ofSeconds(30));
    }
  }

  private static void apply(KvStateMachine machine, KvCommand.Builder command) {
    EntryId id = new EntryId(1, machine.lastApplied().index() + 1);
    assertThat(machine.apply(id, CommandCodec.encode(command))).isInstanceOf(KvResult.Ok.class);
  }

  /** A heap store that can't take what the background writes while it is told so. */
  private static final class FailingStore implements OrderedStore {
    private final HeapStore rows = new HeapStore();
    private volatile boolean failing;

    @Override
    public StorePin pin() {
      return rows.pin();
    }

    @Override
    public void write(StoreWrites writes) {
      if (failing && writes.verdict(Tables.HISTORY_REMOVED) != null) {
        throw new StorageException("as the test asks");
      }
      rows.write(writes);
    }

    @Override
    public void flush() {
      rows.flush();
    }

    @Override
    public void reclaim() {
      rows.reclaim();
    }

    @Override
    public Backup backup() {
      return rows.backup();
    }

    @Override
    public Snapshot capture() {
      return rows.capture();
    }

    @Override
    public void restore(DataInputStream snapshot, Arrival arrival) throws IOException {
      rows.restore(snapshot, arrival);
    }

    @Override
    public long sizeBytes() {
      return rows.sizeBytes();
    }

    @Override
    public long liveBytes() {
      return rows.liveBytes();
    }

    @Override
    public void close() {
      rows.close();
    }
  }
}
