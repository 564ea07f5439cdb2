package io.balsa.raft.file.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.testkit.contract.LogModel;
import io.balsa.raft.testkit.disk.FaultyDisk;
import io.balsa.raft.testkit.disk.MemoryDisk;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each call that the log makes of its disk fails, in its turn: the calls of one life of a log are counted, and the life is
 * repeated as often, with another one failing each time. Then the power goes.
 */
final class LogErrorPathsTest {
  private static final Path DIRECTORY = Path.of("/member/log");
  private static final GroupId GROUP = GroupId.of(7);
  private static final long SEGMENT_BYTES = 2 << 10;

  /** A log on its way: what was acknowledged, and what is under way. */
  private static final class Life {
    final MemoryDisk platter = new MemoryDisk();
    final FaultyDisk disk = new FaultyDisk(platter);
    LogModel acknowledged = new LogModel();
    LogModel attempted = new LogModel();
    boolean writing;

    /** Two starts, writes over several segments, reads, a compaction. */
    void live() {
      for (int start = 0; start < 2; start++) {
        FileLogStore store = FileLogStore.on(disk, DIRECTORY, SEGMENT_BYTES, Runnable::run);
        try {
          writing = true;
          adopt(store.open(GROUP));
          for (int i = 0; i < 8; i++) {
            long index = acknowledged.lastIndex() + 1;
            writing = true;
            write(store, index);
            writing = false;
            assertThat(store.read(GROUP, index, index + 1, 1000)).hasSize(1);
          }
          writing = true;
          compact(store);
        } catch (StorageException e) {
          refusesAllFrom(store);
          throw e;
        }
        store.close();
      }
    }

    private void adopt(RestoredState found) {
      acknowledged.adopt(found);
      attempted = acknowledged.copy();
    }

    private void write(FileLogStore store, long index) {
      Entry entry = Entry.command(new EntryId(1, index), Bytes.wrap(new byte[300]));
      HardState hardState = new HardState(index, Optional.of(NodeId.of("n1")));
      PersistBatch batch =
          new PersistBatch(GROUP, index, Optional.of(hardState), Optional.empty(), List.of(entry));
      attempted.persist(batch);
      store.persist(List.of(batch));
      acknowledged.persist(batch);
    }

    private void compact(FileLogStore store) {
      var base = acknowledged.baseAt(acknowledged.lastIndex() - 2);
      acknowledged.compact(base);
      attempted.compact(base);
      store.compact(GROUP, base);
    }

    /** Once a write has failed nothing is tried again: what a flush lost stays lost, whatever the next one says (trap D4). */
    private void refusesAllFrom(FileLogStore store) {
      if (writing) {
        disk.heal();
        assertThatThrownBy(() -> write(store, acknowledged.lastIndex() + 1))
            .isInstanceOf(StorageException.class)
            .hasMessageContaining("can't be used");
      }
      try {
        store.close();
      } catch (StorageException e) {
        assertThat(e).hasMessageContaining(DIRECTORY.toString());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "BROKEN, false",
    "BROKEN, true",
    "FULL, false",
    "FULL, true",
    "SHORT, false",
    "SHORT, true"
  })
  void noFailedCallLosesOrInventsAnything(FaultyDisk.Fault fault, boolean forEver) {
    Life healthy = new Life();
    healthy.live();
    long calls = healthy.disk.calls();
    assertThat(calls).isGreaterThan(150);
    int refused = 0;
    for (long call = 1; call <= calls; call++) {
      Life life = new Life();
      life.disk.failAt(call, fault, forEver);
      String which = fault + (forEver ? " from call " : " at call ") + call + " of " + calls;
      try {
        life.live();
      } catch (StorageException e) {
        refused++;
        assertThat(life.disk.failed()).as(which).isTrue();
        assertThat(fault).as(which).isNotEqualTo(FaultyDisk.Fault.SHORT);
        assertThat(e).as(which).hasMessageContaining(DIRECTORY.toString());
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(which, e);
      }
      life.disk.heal();
      check(life, life.platter.killProcess(), which);
      check(life, life.platter.losePower(new SplittableRandom(call)), which);
    }
    assertThat(refused > 0)
        .as("%d of %d were refused", refused, calls)
        .isEqualTo(fault != FaultyDisk.Fault.SHORT);
  }

  private static void check(Life life, MemoryDisk after, String which) {
    try (FileLogStore store = FileLogStore.on(after, DIRECTORY, SEGMENT_BYTES, Runnable::run)) {
      RestoredState found = store.open(GROUP);
      LogModel log =
          found.lastIndex() == life.acknowledged.lastIndex()
              ? life.acknowledged.copy()
              : life.attempted.copy();
      log.adopt(found);
      assertThat(found).as(which).isEqualTo(log.expected());
      long first = log.base().index() + 1;
      assertThat(store.read(GROUP, first, Long.MAX_VALUE, Long.MAX_VALUE))
          .as(which)
          .isEqualTo(log.read(first, Long.MAX_VALUE, Long.MAX_VALUE));
    } catch (StorageException e) {
      throw new AssertionError(which, e);
    }
  }
}
