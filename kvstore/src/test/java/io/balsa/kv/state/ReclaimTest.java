package io.balsa.kv.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.NodeStoppedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was deleted gives its place on the disk back. */
class ReclaimTest {
  private static final KvStateConfig CONFIG =
      new KvStateConfig(false, 10_000, Duration.ZERO, 64 << 20, 8 << 20);
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  @TempDir Path dir;

  @Test
  void spaceComesBackWithoutAnotherWrite() {
    try (KvStateMachine machine = KvStateMachine.open(dir, CONFIG)) {
      fill(machine);
      apply(
          machine,
          KvCommand.newBuilder()
              .setDeleteRange(DeleteRangeRequest.newBuilder().setKey(ZERO).setRangeEnd(ZERO)));
      machine.reclaimSpace();
      assertThat(machine.dbSize()).as("history keeps what was deleted").isGreaterThan(2_000_000);
      apply(
          machine,
          KvCommand.newBuilder()
              .setCompaction(
                  CompactionRequest.newBuilder().setRevision(machine.events().currentRevision())));
      assertThat(machine.compactStep()).as("one step removes it all").isFalse();
      machine.reclaimSpace();
      assertThat(machine.dbSize()).isLessThan(200_000);
      assertThat(machine.hashKv(0).hashRevision()).isEqualTo(202);
    }
  }

  /** A call that begins and ends within one run didn't wait for it. */
  @Test
  void readsAndWritesGoOnWhileFilesAreRewritten() throws Exception {
    try (KvStateMachine machine = KvStateMachine.open(dir, CONFIG)) {
      fill(machine);
      AtomicLong runs = new AtomicLong(); // odd while files are rewritten
      AtomicBoolean enough = new AtomicBoolean();
      CompletableFuture<Void> reclaiming =
          CompletableFuture.runAsync(
              () -> {
                while (!enough.get()) {
                  runs.incrementAndGet();
                  machine.reclaimSpace();
                  runs.incrementAndGet();
                }
              });
      boolean wrote = false;
      boolean read = false;
      long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
      for (int i = 0; !(wrote && read); i++) {
        assertThat(System.nanoTime()).as("wrote %s, read %s", wrote, read).isLessThan(deadline);
        String value = "v" + i;
        wrote |= isWithinOneRun(runs, () -> apply(machine, put("k", value)));
        read |= isWithinOneRun(runs, () -> assertThat(valueOf(machine, "k")).isEqualTo(value));
      }
      enough.set(true);
      reclaiming.get(30, TimeUnit.SECONDS);
    }
  }

  private static boolean isWithinOneRun(AtomicLong runs, Runnable call) {
    long before = runs.get();
    call.run();
    return before % 2 == 1 && runs.get() == before;
  }

  @Test
  void aClosedStoreReclaimsNothing() {
    KvStateMachine machine = KvStateMachine.open(dir, CONFIG);
    machine.close();
    assertThatThrownBy(machine::reclaimSpace).isInstanceOf(NodeStoppedException.class);
  }

  private static void fill(KvStateMachine machine) {
    Random random = new Random(5);
    for (int i = 0; i < 200; i++) {
      byte[] value = new byte[10_000];
      random.nextBytes(value);
      apply(
          machine,
          KvCommand.newBuilder()
              .setPut(
                  PutRequest.newBuilder()
                      .setKey(ByteString.copyFromUtf8("k" + i))
                      .setValue(ByteString.copyFrom(value))));
    }
  }

  private static KvCommand.Builder put(String key, String value) {
    return KvCommand.newBuilder()
        .setPut(
            PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value)));
  }

  private static String valueOf(KvStateMachine machine, String key) {
    try (ReadView view = machine.view()) {
      return view.range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build())
          .getKvs(0)
          .getValue()
          .toStringUtf8();
    }
  }

  private static void apply(KvStateMachine machine, KvCommand.Builder command) {
    EntryId id = new EntryId(1, machine.lastApplied().index() + 1);
    assertThat(machine.apply(id, CommandCodec.encode(command))).isInstanceOf(KvResult.Ok.class);
  }
}
