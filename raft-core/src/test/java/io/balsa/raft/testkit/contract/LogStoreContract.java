package io.balsa.raft.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.balsa.raft.spi.LogStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link LogStore} does. Extend it, and say how to make a store and how to open it
 * again.
 */
public abstract class LogStoreContract {
  protected static final GroupId GROUP = GroupId.of(7);

  private static final Membership ONE = Membership.ofVoters(List.of(NodeId.of("n1")));
  private static final Membership TWO =
      Membership.ofVoters(List.of(NodeId.of("n1"), NodeId.of("n2")));

  protected LogStore store;
  private long persistId;

  /** A store with nothing in it. */
  protected abstract LogStore create() throws Exception;

  /** Closes the store, if a crash wouldn't, and opens what it left behind. */
  protected abstract LogStore reopen(LogStore store) throws Exception;

  /** How long the random walk of each seed is. */
  protected int steps() {
    return 1000;
  }

  @BeforeEach
  void createStore() throws Exception {
    store = create();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void aGroupThatNeverRanIsEmpty() {
    assertThat(store.open(GROUP)).isEqualTo(RestoredState.empty(1));
    assertThat(read(1, 10)).isEmpty();
  }

  @Test
  void theIncarnationGrowsByOneWithEachOpeningOfTheGroup() throws Exception {
    GroupId other = GroupId.of(8);
    assertThat(store.open(GROUP).incarnation()).isEqualTo(1);
    assertThat(reopened().incarnation()).isEqualTo(2);
    assertThat(reopened().incarnation()).isEqualTo(3);
    assertThat(store.open(other).incarnation()).isEqualTo(1);
  }

  /** A host may close a group and open it again, while the store goes on. */
  @Test
  void aGroupMayBeOpenedAgain() throws Exception {
    store.open(GROUP);
    append(Entry.noop(new EntryId(1, 1)), Entry.noop(new EntryId(2, 2)));
    RestoredState again = store.open(GROUP);
    assertThat(again.incarnation()).isEqualTo(2);
    assertThat(again.lastIndex()).isEqualTo(2);
    append(Entry.noop(new EntryId(2, 3)));
    assertThat(store.read(GROUP, 1, 4, Long.MAX_VALUE)).hasSize(3);
    store = reopen(store);
    assertThat(store.open(GROUP).incarnation()).isEqualTo(3);
  }

  @Test
  void whatWasPersistedIsThereAfterReopening() throws Exception {
    HardState voted = new HardState(3, Optional.of(NodeId.of("n2")));
    SnapshotMeta birth = SnapshotMeta.initial(TWO);
    List<Entry> entries =
        List.of(Entry.noop(id(1, 1)), command(1, 2), membership(1, 3, ONE), command(3, 4));
    store.open(GROUP);
    persist(new PersistBatch(GROUP, 1, Optional.of(voted), Optional.of(birth), entries));

    RestoredState found = reopened();

    assertThat(found)
        .isEqualTo(
            new RestoredState(
                2,
                voted,
                birth,
                List.of(id(1, 1), id(3, 4)),
                4,
                List.of(new MembershipEntry(id(1, 3), ONE))));
    assertThat(read(1, 100)).isEqualTo(entries);
  }

  @Test
  void aHardStateOfItsOwnIsKeptAndReplaced() throws Exception {
    store.open(GROUP);
    persist(hardState(new HardState(4, Optional.of(NodeId.of("n1")))));
    persist(hardState(new HardState(5, Optional.empty())));
    assertThat(reopened().hardState()).isEqualTo(new HardState(5, Optional.empty()));
  }

  /** Trap L4: a membership that came with a truncated entry goes with it. */
  @Test
  void aReplacedSuffixTakesItsTermsAndMembershipsWithIt() throws Exception {
    store.open(GROUP);
    append(command(1, 1), membership(1, 2, ONE), command(2, 3), membership(2, 4, TWO));
    append(command(3, 3));

    RestoredState found = reopened();

    assertThat(found.termStarts()).containsExactly(id(1, 1), id(3, 3));
    assertThat(found.memberships()).containsExactly(new MembershipEntry(id(1, 2), ONE));
    assertThat(found.lastIndex()).isEqualTo(3);
    assertThat(read(1, 100)).containsExactly(command(1, 1), membership(1, 2, ONE), command(3, 3));
  }

  @Test
  void aReplacedMembershipOfTheSameIndexIsTheNewOne() throws Exception {
    store.open(GROUP);
    append(membership(1, 1, ONE));
    append(membership(2, 1, TWO));
    assertThat(reopened().memberships()).containsExactly(new MembershipEntry(id(2, 1), TWO));
  }

  /** Trap D11: what was cut off doesn't come back when the log grows over its place again. */
  @Test
  void aCutSuffixLeavesNoGhosts() throws Exception {
    store.open(GROUP);
    append(command(1, 1), command(1, 2), command(1, 3), command(1, 4), command(1, 5));
    append(command(2, 2));
    append(command(2, 3));

    RestoredState found = reopened();

    assertThat(found.lastIndex()).isEqualTo(3);
    assertThat(read(4, 6)).isEmpty();
    append(command(3, 4));
    assertThat(read(1, 100))
        .containsExactly(command(1, 1), command(2, 2), command(2, 3), command(3, 4));
  }

  @Test
  void aResetThrowsTheLogAwayAndKeepsTheHardState() throws Exception {
    HardState voted = new HardState(2, Optional.empty());
    SnapshotMeta base = new SnapshotMeta(id(2, 10), new MembershipEntry(id(1, 4), TWO));
    store.open(GROUP);
    append(command(1, 1), membership(1, 2, ONE), command(1, 3));
    persist(hardState(voted));
    persist(reset(base));
    assertThat(read(1, 100)).isEmpty();

    assertThat(reopened()).isEqualTo(new RestoredState(2, voted, base, List.of(), 10, List.of()));
    append(command(2, 11));
    assertThat(read(11, 12)).containsExactly(command(2, 11));
  }

  /** A snapshot that is older than the log's end still replaces all of it. */
  @Test
  void aResetIntoTheMiddleOfTheLogLeavesNothingBehind() throws Exception {
    SnapshotMeta base = new SnapshotMeta(id(9, 2), new MembershipEntry(EntryId.ZERO, TWO));
    store.open(GROUP);
    append(command(1, 1), command(1, 2), command(1, 3), membership(1, 4, ONE));
    persist(reset(base));
    RestoredState found = reopened();
    assertThat(found.lastIndex()).isEqualTo(2);
    assertThat(found.memberships()).isEmpty();
    assertThat(read(3, 100)).isEmpty();
  }

  /** Trap S12: the base answers for the entry before the first, also when no entry is left. */
  @Test
  void aLogThatWasCompactedWholeRemembersItsBase() throws Exception {
    store.open(GROUP);
    append(command(1, 1), membership(2, 2, ONE), command(2, 3));
    SnapshotMeta base = new SnapshotMeta(id(2, 3), new MembershipEntry(id(2, 2), ONE));
    store.compact(GROUP, base);
    persist(hardState(new HardState(2, Optional.empty()))); // Durable, and all before it.

    RestoredState found = reopened();

    assertThat(found.base()).isEqualTo(base);
    assertThat(found.lastIndex()).isEqualTo(3);
    assertThat(found.termStarts()).isEmpty();
    append(command(2, 4));
    assertThat(reopened().termStarts()).containsExactly(id(2, 4));
  }

  @Test
  void compactionCutsATermInTwo() throws Exception {
    store.open(GROUP);
    append(command(1, 1), command(2, 2), command(2, 3), command(2, 4), command(3, 5));
    store.compact(GROUP, new SnapshotMeta(id(2, 3), SnapshotMeta.NONE.membership()));
    persist(hardState(new HardState(3, Optional.empty())));

    RestoredState found = reopened();

    assertThat(found.termStarts()).containsExactly(id(2, 4), id(3, 5));
    assertThat(read(3, 100)).isEmpty();
    assertThat(read(4, 100)).containsExactly(command(2, 4), command(3, 5));
  }

  @Test
  void readsOfWhatIsNotThereAreEmpty() {
    store.open(GROUP);
    append(command(1, 1), command(1, 2), command(1, 3));
    store.compact(GROUP, new SnapshotMeta(id(1, 2), SnapshotMeta.NONE.membership()));
    assertThat(read(1, 100)).isEmpty();
    assertThat(read(2, 3)).isEmpty();
    assertThat(read(3, 3)).isEmpty();
    assertThat(read(4, 100)).isEmpty();
    assertThat(read(3, 100)).containsExactly(command(1, 3));
  }

  /** Trap D12: at least one entry, never one too many, and pages that join without a gap. */
  @Test
  void aReadStopsAtItsLimitButReturnsAtLeastOneEntry() {
    store.open(GROUP);
    Entry small = Entry.command(id(1, 1), Bytes.wrap(new byte[10]));
    Entry large = Entry.command(id(1, 2), Bytes.wrap(new byte[1000]));
    Entry third = Entry.command(id(1, 3), Bytes.wrap(new byte[10]));
    append(small, large, third);
    long both = small.sizeBytes() + large.sizeBytes();
    assertThat(store.read(GROUP, 1, 4, 0)).containsExactly(small);
    assertThat(store.read(GROUP, 2, 4, 1)).containsExactly(large);
    assertThat(store.read(GROUP, 1, 4, both - 1)).containsExactly(small);
    assertThat(store.read(GROUP, 1, 4, both)).containsExactly(small, large);
    assertThat(store.read(GROUP, 1, 4, Long.MAX_VALUE)).containsExactly(small, large, third);
    assertThat(store.read(GROUP, 1, 3, Long.MAX_VALUE)).containsExactly(small, large);
  }

  @Test
  void oneCallPersistsTheBatchesOfManyGroups() throws Exception {
    List<PersistBatch> batches = new ArrayList<>();
    for (int g = 0; g < 50; g++) {
      GroupId group = GroupId.of(g);
      store.open(group);
      Entry entry = Entry.command(id(1, 1), Bytes.utf8("of " + group));
      batches.add(new PersistBatch(group, 1, Optional.empty(), Optional.empty(), List.of(entry)));
    }
    store.persist(batches);
    store = reopen(store);
    for (PersistBatch batch : batches) {
      assertThat(store.open(batch.group()).lastIndex()).isEqualTo(1);
      assertThat(store.read(batch.group(), 1, 2, 0)).isEqualTo(batch.entries());
    }
  }

  @Test
  void neighbouringGroupsDontTouchEachOther() throws Exception {
    List<GroupId> groups = List.of(GroupId.of(0), GroupId.of(1), GroupId.of(Long.MAX_VALUE));
    for (GroupId group : groups) {
      store.open(group);
      store.persist(
          List.of(
              new PersistBatch(
                  group, 1, Optional.empty(), Optional.empty(), List.of(command(1, 1)))));
    }
    SnapshotMeta base = new SnapshotMeta(id(5, 5), SnapshotMeta.NONE.membership());
    store.persist(
        List.of(
            new PersistBatch(groups.get(1), 2, Optional.empty(), Optional.of(base), List.of())));
    store = reopen(store);
    assertThat(store.open(groups.get(0)).lastIndex()).isEqualTo(1);
    assertThat(store.open(groups.get(1)).lastIndex()).isEqualTo(5);
    assertThat(store.open(groups.get(2)).lastIndex()).isEqualTo(1);
  }

  @Test
  void batchesOfOneGroupInOneCallAreAppliedInOrder() throws Exception {
    SnapshotMeta base = new SnapshotMeta(id(2, 5), SnapshotMeta.NONE.membership());
    store.open(GROUP);
    store.persist(
        List.of(
            entries(command(1, 1), command(1, 2), command(1, 3)),
            entries(command(2, 2)),
            reset(base),
            entries(command(2, 6), command(2, 7)),
            entries(command(4, 7))));
    RestoredState found = reopened();
    assertThat(found.base()).isEqualTo(base);
    assertThat(found.termStarts()).containsExactly(id(2, 6), id(4, 7));
    assertThat(read(6, 100)).containsExactly(command(2, 6), command(4, 7));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aLogBehavesAsAListOfEntries(long seed) throws Exception {
    LogSteps steps = new LogSteps(seed);
    List<LogModel> logs = List.of(new LogModel(), new LogModel(), new LogModel());
    openAndCompare(logs);
    for (int step = 0; step < steps(); step++) {
      switch (steps.nextInt(40)) {
        case 0 -> {
          store = reopen(store);
          openAndCompare(logs);
        }
        case 1, 2 -> compactOne(steps, logs);
        default -> persistSome(steps, logs);
      }
      readSome(steps, logs);
    }
    store = reopen(store);
    openAndCompare(logs);
  }

  private void persistSome(LogSteps steps, List<LogModel> logs) {
    List<PersistBatch> batches = new ArrayList<>();
    for (int i = 0; i <= steps.nextInt(4); i++) {
      int g = steps.nextInt(logs.size());
      PersistBatch batch = steps.batch(GroupId.of(g), logs.get(g));
      logs.get(g).persist(batch);
      batches.add(batch);
    }
    store.persist(batches);
  }

  private void compactOne(LogSteps steps, List<LogModel> logs) {
    int g = steps.nextInt(logs.size());
    GroupId group = GroupId.of(g);
    LogModel log = logs.get(g);
    SnapshotMeta base = log.baseAt(steps.between(log.base().index(), log.lastIndex()));
    store.compact(group, base);
    log.compact(base);
  }

  private void readSome(LogSteps steps, List<LogModel> logs) {
    int g = steps.nextInt(logs.size());
    GroupId group = GroupId.of(g);
    LogModel log = logs.get(g);
    long from = steps.between(Math.max(1, log.base().index() - 3), log.lastIndex() + 3);
    long to = steps.between(from, log.lastIndex() + 5);
    long bytesMax = steps.nextInt(2000);
    assertThat(store.read(group, from, to, bytesMax))
        .as("%s from %d to %d, %d bytes", group, from, to, bytesMax)
        .isEqualTo(log.read(from, to, bytesMax));
  }

  private void openAndCompare(List<LogModel> logs) {
    for (int g = 0; g < logs.size(); g++) {
      GroupId group = GroupId.of(g);
      LogModel log = logs.get(g);
      RestoredState found = store.open(group);
      log.adopt(found);
      assertThat(found).as("%s", group).isEqualTo(log.expected());
      long first = log.base().index() + 1;
      assertThat(store.read(group, first, Long.MAX_VALUE, Long.MAX_VALUE))
          .isEqualTo(log.read(first, Long.MAX_VALUE, Long.MAX_VALUE));
    }
  }

  /**
   * What a reader gets may be old, or nothing, but never a gap, nor the end of one term's suffix
   * behind the beginning of another's: not while suffixes are replaced, nor while the log is
   * compacted or thrown away.
   */
  @Test
  void aReaderBesideTheWriterSeesWholeRuns() throws Exception {
    store.open(GROUP);
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong from = new AtomicLong(1);
    AtomicLong seen = new AtomicLong();
    ExecutorService reader = Executors.newSingleThreadExecutor();
    try {
      Future<?> reading = reader.submit(() -> readUntil(done, from, seen));
      writeBesideReader(from, seen);
      done.set(true);
      reading.get(60, TimeUnit.SECONDS);
      assertThat(seen.get()).isPositive();
    } finally {
      done.set(true);
      reader.shutdownNow();
    }
  }

  /** For so many terms, and until the reader has seen something: on a busy machine it may begin late. */
  private void writeBesideReader(AtomicLong from, AtomicLong seen) {
    LogSteps steps = new LogSteps(5);
    LogModel log = new LogModel();
    for (long term = 1; term < 2000 || (seen.get() == 0 && term < 1_000_000); term++) {
      long last = log.lastIndex();
      if (term % 4 == 0) {
        SnapshotMeta base = log.baseAt(Math.max(log.base().index(), last - 2));
        store.compact(GROUP, base);
        log.compact(base);
      } else if (term % 33 == 0) {
        PersistBatch reset = reset(new SnapshotMeta(id(term, last + 5), log.base().membership()));
        persist(reset);
        log.persist(reset);
      } else {
        long first = steps.between(Math.max(log.base().index() + 1, last - 3), last + 1);
        PersistBatch batch =
            entries(command(term, first), command(term, first + 1), command(term, first + 2));
        persist(batch);
        log.persist(batch);
      }
      from.set(log.base().index() + 1);
    }
  }

  private void readUntil(AtomicBoolean done, AtomicLong from, AtomicLong seen) {
    while (!done.get()) {
      long index = from.get();
      long term = 0;
      for (Entry entry : read(index, Long.MAX_VALUE)) {
        assertThat(entry).isEqualTo(command(entry.term(), index));
        assertThat(entry.term()).isGreaterThanOrEqualTo(term);
        term = entry.term();
        index++;
        seen.incrementAndGet();
      }
    }
  }

  protected final RestoredState reopened() throws Exception {
    store = reopen(store);
    return store.open(GROUP);
  }

  protected final List<Entry> read(long fromIndex, long toIndex) {
    return store.read(GROUP, fromIndex, toIndex, Long.MAX_VALUE);
  }

  protected final void append(Entry... entries) {
    persist(entries(entries));
  }

  protected final void persist(PersistBatch batch) {
    store.persist(List.of(batch));
  }

  protected final PersistBatch entries(Entry... entries) {
    return new PersistBatch(
        GROUP, ++persistId, Optional.empty(), Optional.empty(), List.of(entries));
  }

  protected final PersistBatch hardState(HardState hardState) {
    return new PersistBatch(
        GROUP, ++persistId, Optional.of(hardState), Optional.empty(), List.of());
  }

  protected final PersistBatch reset(SnapshotMeta base) {
    return new PersistBatch(GROUP, ++persistId, Optional.empty(), Optional.of(base), List.of());
  }

  protected static EntryId id(long term, long index) {
    return new EntryId(term, index);
  }

  protected static Entry command(long term, long index) {
    return Entry.command(id(term, index), Bytes.utf8(index + " in term " + term));
  }

  protected static Entry membership(long term, long index, Membership membership) {
    return Entry.membership(id(term, index), membership);
  }
}
