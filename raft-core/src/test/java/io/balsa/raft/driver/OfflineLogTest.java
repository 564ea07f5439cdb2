package io.balsa.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.OfflineLog;
import io.balsa.raft.Outcome;
import io.balsa.raft.RaftNode;
import io.balsa.raft.memory.MemoryLogStore;
import io.balsa.raft.memory.MemoryNetwork;
import io.balsa.raft.memory.MemorySnapshotStore;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.spi.SnapshotStore;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is written into a log while its node doesn't run, and how the node goes on from there. */
@Timeout(60)
final class OfflineLogTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final GroupId GROUP = GroupId.ONLY;
  private static final NodeId A = NodeId.of("a");
  private static final NodeId B = NodeId.of("b");
  private static final NodeId C = NodeId.of("c");
  private static final NodeId D = NodeId.of("d");
  private static final Membership ABC = Membership.ofVoters(List.of(A, B, C));

  private final MemoryLogStore log = new MemoryLogStore();
  private final MemorySnapshotStore snapshots = new MemorySnapshotStore();

  @Test
  void theLastNodeCommitsEveryEntryThatItHas() {
    HardState hardState = new HardState(4, Optional.of(B), new EntryId(9, 99));
    // In the middle of a change of members, which no majority will ever end.
    Membership joint =
        new Membership(
            new TreeSet<>(List.of(B, C, D)), new TreeSet<>(List.of(A, B, C)), new TreeSet<>());
    write(
        hardState,
        SnapshotMeta.initial(ABC),
        Entry.command(new EntryId(3, 1), Bytes.utf8("one")),
        Entry.command(new EntryId(4, 2), Bytes.utf8("two")),
        Entry.membership(new EntryId(4, 3), joint),
        Entry.command(new EntryId(4, 4), Bytes.utf8("three")));

    MembershipEntry alone =
        OfflineLog.makeOnlyVoter(log, snapshots, GROUP, A, Optional.empty(), List.of());
    assertThat(alone.id()).isEqualTo(new EntryId(5, 5));
    MemoryLogStore disk = log.reopen();
    RestoredState rewritten = disk.open(GROUP);
    assertThat(rewritten.hardState()).isEqualTo(new HardState(5, Optional.of(A)));
    assertThat(rewritten.memberships()).endsWith(alone);

    ListMachine machine = new ListMachine();
    try (RaftNode<String> node = start(machine, disk.reopen(), snapshots.reopen())) {
      assertThat(node.awaitLeader(PATIENCE)).isEqualTo(A);
      assertThat(node.propose(Bytes.utf8("four")).join())
          .isInstanceOfSatisfying(
              Outcome.Committed.class,
              committed -> assertThat(committed.result()).isEqualTo("4:four"));
      assertThat(node.status().membership()).isEqualTo(Membership.ofVoters(List.of(A)));
    }
    assertThat(machine.commands()).containsExactly("one", "two", "three", "four");
  }

  @Test
  void aSnapshotThatReachesBeyondTheLogIsTakenUpFirst() throws IOException {
    write(
        new HardState(1, Optional.empty()),
        SnapshotMeta.initial(ABC),
        Entry.command(new EntryId(1, 1), Bytes.utf8("one")));
    SnapshotMeta meta =
        new SnapshotMeta(new EntryId(2, 7), new MembershipEntry(new EntryId(2, 6), ABC));
    try (SnapshotStore.Writer writer = snapshots.create(GROUP, meta)) {
      writer.write(listOf("one", "two"));
      writer.commit();
    }
    MembershipEntry alone =
        OfflineLog.makeOnlyVoter(log, snapshots, GROUP, A, Optional.empty(), List.of());
    assertThat(alone.id()).isEqualTo(new EntryId(3, 8));
    ListMachine machine = new ListMachine();
    try (RaftNode<String> node = start(machine, log.reopen(), snapshots.reopen())) {
      assertThat(node.awaitLeader(PATIENCE)).isEqualTo(A);
      assertThat(node.propose(Bytes.utf8("three")).join()).isInstanceOf(Outcome.Committed.class);
    }
    assertThat(machine.commands()).containsExactly("one", "two", "three");
  }

  @Test
  void anEmptyLogAndOneThatLacksWhatTheStateHasAreRefused() {
    assertThatThrownBy(
            () -> OfflineLog.makeOnlyVoter(log, snapshots, GROUP, A, Optional.empty(), List.of()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("nothing to go on with");
    write(
        new HardState(1, Optional.empty()),
        SnapshotMeta.initial(ABC),
        Entry.command(new EntryId(1, 1), Bytes.utf8("one")));
    assertThatThrownBy(
            () ->
                OfflineLog.makeOnlyVoter(
                    log, snapshots, GROUP, A, Optional.of(new EntryId(1, 2)), List.of()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the log lost entries");
    assertThat(log.reopen().open(GROUP).lastIndex()).isEqualTo(1);
  }

  @Test
  void aGroupBeginsBehindAStateOnceOnly() {
    EntryId through = new EntryId(1, 1);
    OfflineLog.begin(log, GROUP, through, List.of(A, B, C));
    assertThatThrownBy(() -> OfflineLog.begin(log, GROUP, through, List.of(A)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("isn't empty");
    assertThatThrownBy(() -> OfflineLog.begin(log, GROUP, EntryId.ZERO, List.of(A)))
        .isInstanceOf(IllegalArgumentException.class);
    RestoredState begun = log.reopen().open(GROUP);
    assertThat(begun.base())
        .isEqualTo(new SnapshotMeta(through, new MembershipEntry(through, ABC)));
    assertThat(begun.hardState().term()).isEqualTo(1);
  }

  private void write(HardState hardState, SnapshotMeta base, Entry... entries) {
    LogStore store = log;
    assertThat(store.open(GROUP).isEmpty()).isTrue();
    store.persist(
        List.of(
            new PersistBatch(
                GROUP, 1, Optional.of(hardState), Optional.of(base), List.of(entries))));
  }

  private static RaftNode<String> start(
      ListMachine machine, LogStore logStore, SnapshotStore snapshotStore) {
    return RaftNode.builder(A, machine)
        .logStore(logStore)
        .snapshotStore(snapshotStore)
        .transport(new MemoryNetwork().transport(A))
        .start();
  }

  /** As {@link ListMachine} captures itself. */
  private static Bytes listOf(String... commands) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(commands.length);
    for (String command : commands) {
      out.writeUTF(command);
    }
    return Bytes.wrap(bytes.toByteArray());
  }
}
