package io.balsa.kv.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.state.store.HeapStore;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {
  private static final KvStateConfig CONFIG =
      new KvStateConfig(false, 50, Duration.ZERO, 1 << 16, 1 << 20);
  private static final RangeRequest EVERYTHING =
      RangeRequest.newBuilder()
          .setKey(ByteString.copyFrom(new byte[1]))
          .setRangeEnd(ByteString.copyFrom(new byte[1]))
          .build();

  @TempDir Path dir;

  @Test
  void aRestoredRocksStateGoesOnLikeTheOneItCameFrom() throws IOException {
    try (KvStateMachine source = KvStateMachine.open(dir.resolve("a"), CONFIG);
        KvStateMachine target = KvStateMachine.open(dir.resolve("b"), CONFIG)) {
      goesOnLikeTheOneItCameFrom(source, target);
    }
  }

  @Test
  void aRestoredHeapStateGoesOnLikeTheOneItCameFrom() throws IOException {
    try (KvStateMachine source = KvStateMachine.on(new HeapStore(), CONFIG);
        KvStateMachine target = KvStateMachine.on(new HeapStore(), CONFIG)) {
      goesOnLikeTheOneItCameFrom(source, target);
    }
  }

  private static void goesOnLikeTheOneItCameFrom(KvStateMachine source, KvStateMachine target)
      throws IOException {
    RecordedLog log = new RecordedLog(31, 900);
    List<String> heard = new ArrayList<>();
    target.setListener(
        new ApplyListener() {
          @Override
          public void onRestored() {
            heard.add("restored at " + target.events().currentRevision());
          }
        });
    log.applyAllThrough(source, 10, 600);
    assertThat(source.compactStep()).as("history is only partly removed").isTrue();
    log.applyAllThrough(target, 10, 200);
    ReadView old = target.view();
    final RangeResponse before = old.range(EVERYTHING);

    byte[] snapshot = capture(source);
    log.applyAllThrough(source, 10, 700);
    restore(target, log.entry(600).id(), snapshot);

    assertThat(target.lastApplied()).isEqualTo(log.entry(600).id());
    assertThat(heard).containsExactly("restored at " + target.events().currentRevision());
    assertThat(old.range(EVERYTHING)).as("an open view shows the old state").isEqualTo(before);
    old.close();
    log.applyAllThrough(target, 3, 900);
    log.applyAllThrough(source, 10, 900);
    while (target.compactStep()) {
      assertThat(target.lastApplied().index()).isEqualTo(900);
    }
    assertThat(target.hashKv(0)).isEqualTo(source.hashKv(0));
    assertThat(target.leases().all()).isEqualTo(source.leases().all());
    assertThat(target.members()).isEqualTo(source.members());
  }

  @Test
  void aRestoredStateIsStillThereAfterARestart() throws IOException {
    RecordedLog log = new RecordedLog(32, 300);
    EntryId covered = new EntryId(90, 305);
    HashKv hash;
    try (KvStateMachine source = KvStateMachine.open(dir.resolve("a"), CONFIG);
        KvStateMachine target = KvStateMachine.open(dir.resolve("b"), CONFIG)) {
      log.applyAllThrough(source, 10, 300);
      log.applyAllThrough(target, 10, 20);
      // Five entries that aren't commands lie between the last command and the end of the snapshot.
      restore(target, covered, capture(source));
      hash = source.hashKv(0);
    }
    try (KvStateMachine target = KvStateMachine.open(dir.resolve("b"), CONFIG)) {
      assertThat(target.lastApplied()).isEqualTo(covered);
      assertThat(target.hashKv(0)).isEqualTo(hash);
    }
    try (Stream<Path> left = Files.list(dir.resolve("b"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("ACTIVE", "LOCK", "db-2");
    }
  }

  @Test
  void aDamagedSnapshotIsRefusedAndTheOldStateStays() throws IOException {
    RecordedLog log = new RecordedLog(33, 200);
    try (KvStateMachine source = KvStateMachine.open(dir.resolve("a"), CONFIG);
        KvStateMachine target = KvStateMachine.open(dir.resolve("b"), CONFIG)) {
      log.applyAllThrough(source, 10, 200);
      log.applyAllThrough(target, 10, 100);
      final HashKv before = target.hashKv(0);
      byte[] snapshot = capture(source);
      for (int at = 40; at < snapshot.length; at += Math.max(1, snapshot.length / 12)) {
        byte[] damaged = snapshot.clone();
        damaged[at] ^= 0x10;
        assertThatThrownBy(() -> restore(target, log.entry(200).id(), damaged))
            .isInstanceOfAny(IOException.class, StorageException.class);
        byte[] cut = java.util.Arrays.copyOf(snapshot, at);
        assertThatThrownBy(() -> restore(target, log.entry(200).id(), cut))
            .isInstanceOf(IOException.class);
      }
      assertThat(target.hashKv(0)).isEqualTo(before);
      log.applyAllThrough(target, 10, 200);
      restore(target, log.entry(200).id(), snapshot);
      assertThat(target.hashKv(0)).isEqualTo(source.hashKv(0));
    }
  }

  @Test
  void aSnapshotThatHoldsMoreThanItSaysIsRefused() throws IOException {
    RecordedLog log = new RecordedLog(34, 50);
    try (KvStateMachine source = KvStateMachine.open(dir.resolve("a"), CONFIG);
        KvStateMachine target = KvStateMachine.open(dir.resolve("b"), CONFIG)) {
      log.applyAllThrough(source, 10, 50);
      byte[] snapshot = capture(source);
      assertThatThrownBy(() -> restore(target, log.entry(49).id(), snapshot))
          .isInstanceOf(StorageException.class);
      assertThat(target.lastApplied()).isEqualTo(EntryId.ZERO);
    }
  }

  @Test
  void whatACrashDuringARestoreLeavesIsSweptAtTheNextStart() throws IOException {
    Path b = dir.resolve("b");
    RecordedLog log = new RecordedLog(35, 50);
    try (KvStateMachine target = KvStateMachine.open(b, CONFIG)) {
      log.applyAllThrough(target, 10, 50);
    }
    Files.createDirectories(b.resolve("db-2"));
    Files.writeString(b.resolve("db-2/CURRENT"), "half a file");
    Files.createDirectories(b.resolve("capture-1"));
    Files.writeString(b.resolve("ACTIVE.draft"), "db-");
    try (KvStateMachine target = KvStateMachine.open(b, CONFIG)) {
      assertThat(target.lastApplied().index()).isEqualTo(50);
      assertThat(b.resolve("db-2")).doesNotExist();
      assertThat(b.resolve("capture-1")).doesNotExist();
    }
  }

  @Test
  void databasesThatNobodyNamesAreNeverSwept() throws IOException {
    Path b = dir.resolve("b");
    KvStateMachine.open(b, CONFIG).close();
    Files.delete(b.resolve("ACTIVE"));
    assertThatThrownBy(() -> KvStateMachine.open(b, CONFIG))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("no ACTIVE");
    assertThat(b.resolve("db-1")).exists();
    Files.writeString(b.resolve("ACTIVE"), "../elsewhere\n");
    assertThatThrownBy(() -> KvStateMachine.open(b, CONFIG)).isInstanceOf(StorageException.class);
  }

  @Test
  void aDirectoryIsOpenOnlyOnce() {
    try (KvStateMachine first = KvStateMachine.open(dir, CONFIG)) {
      assertThatThrownBy(() -> KvStateMachine.open(dir, CONFIG))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("is held");
      assertThat(first.dbSize()).isPositive();
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
    MembershipEntry membership = new MembershipEntry(EntryId.ZERO, Membership.NONE);
    machine.restore(
        new SnapshotMeta(last, membership),
        new DataInputStream(new ByteArrayInputStream(snapshot)));
  }
}
