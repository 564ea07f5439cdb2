package io.balsa.kv.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.NodeStoppedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
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

  @Test
  void aClosedStoreReclaimsNothing() {
    KvStateMachine machine = KvStateMachine.open(dir, CONFIG);
    machine.close();
    assertThatThrownBy(machine::reclaimSpace).isInstanceOf(NodeStoppedException.class);
  }

  private static void apply(KvStateMachine machine, KvCommand.Builder command) {
    EntryId id = new EntryId(1, machine.lastApplied().index() + 1);
    assertThat(machine.apply(id, CommandCodec.encode(command))).isInstanceOf(KvResult.Ok.class);
  }
}
