package io.balsa.raft.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.InvariantViolation;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.SnapshotStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link SnapshotStore} does. Extend it, and say how to make a store and how to open it
 * again.
 */
public abstract class SnapshotStoreContract {
  protected static final GroupId GROUP = GroupId.of(3);

  protected SnapshotStore store;

  /** A store with nothing in it. */
  protected abstract SnapshotStore create() throws Exception;

  /** Opens what the store leaves behind when its process ends here and now. */
  protected abstract SnapshotStore reopen(SnapshotStore store) throws Exception;

  @BeforeEach
  void createStore() throws Exception {
    store = create();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void aNewStoreHasNoSnapshot() {
    assertThat(store.latest(GROUP)).isEmpty();
    assertThatThrownBy(() -> store.open(GROUP, SnapshotMeta.NONE))
        .isInstanceOf(StorageException.class);
  }

  @Test
  void aCommittedSnapshotIsThereAfterReopening() throws Exception {
    SnapshotMeta meta = meta(4, 100);
    byte[] content = content(1, 300_000);
    save(meta, content);
    assertThat(load(meta)).isEqualTo(content);

    store = reopen(store);

    assertThat(store.latest(GROUP)).contains(meta);
    assertThat(load(meta)).isEqualTo(content);
  }

  /** Trap S5: a crash in the middle of a snapshot leaves the older one in force. */
  @Test
  void anUnfinishedSnapshotDoesntExist() throws Exception {
    save(meta(1, 10), content(1, 100));
    SnapshotStore.Writer writer = store.create(GROUP, meta(2, 20));
    writer.write(Bytes.wrap(content(2, 200_000)));
    assertThat(store.latest(GROUP)).contains(meta(1, 10));

    store = reopen(store);

    assertThat(store.latest(GROUP)).contains(meta(1, 10));
    assertThat(load(meta(1, 10))).isEqualTo(content(1, 100));
  }

  @Test
  void aWriterThatIsClosedBeforeItsCommitLeavesNothing() {
    try (SnapshotStore.Writer writer = store.create(GROUP, meta(2, 20))) {
      writer.write(Bytes.utf8("half"));
    }
    assertThat(store.latest(GROUP)).isEmpty();
  }

  @Test
  void aSecondWriterDiscardsTheFirst() throws Exception {
    SnapshotStore.Writer first = store.create(GROUP, meta(1, 10));
    first.write(Bytes.wrap(content(1, 100_000)));
    SnapshotStore.Writer second = store.create(GROUP, meta(2, 20));
    second.write(Bytes.utf8("second"));
    first.close();
    second.commit();
    second.close();
    assertThat(load(meta(2, 20))).isEqualTo("second".getBytes(StandardCharsets.US_ASCII));
    assertThatThrownBy(first::commit).isInstanceOf(InvariantViolation.class);
    assertThat(store.latest(GROUP)).contains(meta(2, 20));
  }

  @Test
  void aNewerSnapshotTakesTheOldersPlace() throws Exception {
    save(meta(1, 10), content(1, 100_000));
    save(meta(1, 20), content(2, 5));
    assertThat(store.latest(GROUP)).contains(meta(1, 20));
    assertThat(load(meta(1, 20))).isEqualTo(content(2, 5));
    assertThatThrownBy(() -> store.open(GROUP, meta(1, 10))).isInstanceOf(StorageException.class);
  }

  @Test
  void whoReadsAnOlderSnapshotReadsItToItsEnd() throws Exception {
    byte[] old = content(1, 500_000);
    save(meta(1, 10), old);
    try (InputStream in = store.open(GROUP, meta(1, 10))) {
      byte[] head = in.readNBytes(100);
      save(meta(1, 20), content(2, 5));
      byte[] tail = in.readAllBytes();
      assertThat(head.length + tail.length).isEqualTo(old.length);
      assertThat(tail).endsWith(Arrays.copyOfRange(old, 100, old.length));
    }
  }

  /** Trap S9. */
  @Test
  void aSnapshotMayBeEmpty() throws Exception {
    save(meta(1, 10), new byte[0]);
    store = reopen(store);
    assertThat(store.latest(GROUP)).contains(meta(1, 10));
    assertThat(load(meta(1, 10))).isEmpty();
  }

  @Test
  void piecesOfAnySizeJoinWithoutASeam() throws Exception {
    byte[] content = content(9, 1_000_000);
    Random random = new Random(9);
    try (SnapshotStore.Writer writer = store.create(GROUP, meta(1, 1))) {
      int written = 0;
      while (written < content.length) {
        int size = Math.min(content.length - written, random.nextInt(150_000));
        writer.write(Bytes.wrap(content, written, size));
        written += size;
        assertThat(writer.size()).isEqualTo(written);
      }
      writer.commit();
    }
    assertThat(load(meta(1, 1))).isEqualTo(content);
  }

  @Test
  void groupsHaveSnapshotsOfTheirOwn() throws Exception {
    GroupId other = GroupId.of(4);
    save(meta(1, 10), content(1, 10));
    assertThat(store.latest(other)).isEmpty();
    try (SnapshotStore.Writer writer = store.create(other, meta(5, 50))) {
      writer.commit();
    }
    store = reopen(store);
    assertThat(store.latest(GROUP)).contains(meta(1, 10));
    assertThat(store.latest(other)).contains(meta(5, 50));
  }

  protected final void save(SnapshotMeta meta, byte[] content) {
    try (SnapshotStore.Writer writer = store.create(GROUP, meta)) {
      writer.write(Bytes.copyOf(content));
      writer.commit();
    }
  }

  protected final byte[] load(SnapshotMeta meta) throws IOException {
    try (InputStream in = store.open(GROUP, meta)) {
      return in.readAllBytes();
    }
  }

  protected static SnapshotMeta meta(long term, long index) {
    Membership membership =
        Membership.ofVoters(List.of(NodeId.of("n1"), NodeId.of("n2"), NodeId.of("n3")));
    return new SnapshotMeta(
        new EntryId(term, index), new MembershipEntry(new EntryId(1, 1), membership));
  }

  protected static byte[] content(long seed, int size) {
    byte[] content = new byte[size];
    new Random(seed).nextBytes(content);
    return content;
  }
}
