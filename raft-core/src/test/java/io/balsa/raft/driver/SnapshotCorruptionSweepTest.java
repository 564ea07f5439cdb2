package io.balsa.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.file.FileSnapshotStore;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.SnapshotStore;
import io.balsa.raft.testkit.disk.Damage;
import io.balsa.raft.testkit.disk.MemoryDisk;
import io.balsa.raft.testkit.disk.Replay;
import io.balsa.raft.testkit.disk.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The snapshots of three groups, whose logs begin behind them, are damaged in one place: each group starts from its snapshot
 * as it was written, or refuses. {@code -Dsweep.cases=20000 -Dsweep.seed=1}.
 */
final class SnapshotCorruptionSweepTest {
  private static final Path DIRECTORY = Path.of("/member/snapshots");
  private static final List<GroupId> GROUPS = List.of(GroupId.of(1), GroupId.of(2), GroupId.of(3));

  private record Reference(Damage.Directory files, Damage.Directory older) {}

  @Test
  void damageIsRepairedRefusedOrHarmless() throws Exception {
    Replay replay = Replay.of("sweep", 500);
    Map<Damage.Kind, Map<Verdict, Integer>> verdicts = new TreeMap<>();
    Reference reference = write();
    Reference neighbour = write();
    for (long seed = replay.seed(); seed < replay.seed() + replay.cases(); seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Damage.Directory files = new Damage.Directory(reference.files());
      Damage damage = Damage.in(files, neighbour.files(), reference.older(), random);
      try {
        verdicts
            .computeIfAbsent(damage.kind(), kind -> new TreeMap<>())
            .merge(verdictOf(files), 1, Integer::sum);
      } catch (RuntimeException | IOException | AssertionError e) {
        throw new AssertionError(
            damage
                + "\nreplay: -Dtest=SnapshotCorruptionSweepTest -Dsweep.cases=1 "
                + replay.command(seed),
            e);
      }
    }
    System.out.println("sweep: snapshots: " + verdicts);
  }

  private static Verdict verdictOf(Damage.Directory files) throws IOException {
    MemoryDisk disk = new MemoryDisk();
    disk.createDirectories(DIRECTORY);
    files.forEach((name, content) -> disk.replace(DIRECTORY.resolve(name), content));
    Verdict verdict = Verdict.HARMLESS;
    try (SnapshotStore store = FileSnapshotStore.on(disk, DIRECTORY)) {
      for (GroupId group : GROUPS) {
        verdict = refuses(store, group) ? Verdict.REFUSED : verdict;
      }
    } catch (StorageException refused) {
      assertThat(refused).hasMessageContaining(DIRECTORY.toString());
      return Verdict.REFUSED;
    }
    return verdict;
  }

  /** As a host does it: the log and the snapshot together say whether the group starts. */
  private static boolean refuses(SnapshotStore store, GroupId group) {
    SnapshotMeta written = meta(group, 2);
    RestoredState log =
        new RestoredState(
            2, new HardState(2, Optional.empty()), written, List.of(), written.index(), List.of());
    try {
      Recovery plan = Recovery.plan(group, log, store.latest(group), Optional.empty(), List.of());
      assertThat(plan.restore()).contains(written);
    } catch (StorageException refused) {
      assertThat(refused.getMessage()).containsAnyOf(DIRECTORY.toString(), "the state ends at");
      return true;
    }
    byte[] content = content(group, 2);
    int read = 0;
    try (InputStream in = store.open(group, written)) {
      byte[] piece = new byte[10_000];
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        assertThat(Arrays.equals(piece, 0, count, content, read, read + count))
            .as("bytes %d to %d of the snapshot of %s", read, read + count, group)
            .isTrue();
        read += count;
      }
    } catch (IOException | StorageException refused) {
      assertThat(refused).hasMessageContaining(DIRECTORY.toString());
      return true;
    }
    assertThat(read).isEqualTo(content.length);
    return false;
  }

  private static Reference write() throws IOException {
    MemoryDisk disk = new MemoryDisk();
    try (SnapshotStore store = FileSnapshotStore.on(disk, DIRECTORY)) {
      save(store, 1);
      Damage.Directory older = files(disk);
      save(store, 2);
      return new Reference(files(disk), older);
    }
  }

  private static void save(SnapshotStore store, int turn) {
    for (GroupId group : GROUPS) {
      try (SnapshotStore.Writer writer = store.create(group, meta(group, turn))) {
        writer.write(Bytes.wrap(content(group, turn)));
        writer.commit();
      }
    }
  }

  private static Damage.Directory files(MemoryDisk disk) throws IOException {
    Damage.Directory files = new Damage.Directory();
    for (Path file : disk.files()) {
      files.put(file.getFileName().toString(), disk.content(file));
    }
    return files;
  }

  private static SnapshotMeta meta(GroupId group, int turn) {
    return new SnapshotMeta(
        new EntryId(turn, 10 * group.value() + turn), SnapshotMeta.NONE.membership());
  }

  private static byte[] content(GroupId group, int turn) {
    byte[] content = new byte[(int) (group.value() - 1) * 70_000 * turn];
    new Random(group.value() + 10 * turn).nextBytes(content);
    return content;
  }
}
