package io.balsa.raft.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.SnapshotStore;
import io.balsa.raft.testkit.disk.MemoryDisk;
import io.balsa.raft.testkit.disk.Replay;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Power fails, or the process is killed, before any change that the store of snapshots makes: the snapshot that was committed
 * last is there, whole, or the one that was being committed. {@code -Dcrash.cases=10000 -Dcrash.seed=1}.
 */
final class SnapshotCrashStatesTest {
  private static final Path DIRECTORY = Path.of("/data/member/snapshots");
  private static final GroupId GROUP = GroupId.of(3);

  private int states;

  @Test
  void everyCrashLeavesTheLastSnapshotOrTheNext() throws Exception {
    Replay replay = Replay.of("crash", 300);
    for (long seed = replay.seed(); states < replay.cases(); seed++) {
      try {
        run(new SplittableRandom(seed));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "replay: -Dtest=SnapshotCrashStatesTest " + replay.command(seed), e);
      }
    }
    System.out.println("crash: " + states + " states of the snapshots");
  }

  private void run(SplittableRandom random) throws IOException {
    MemoryDisk disk = new MemoryDisk();
    int[] index = {0, 0}; // of the snapshot that was committed last, and of the one under way
    disk.beforeEachChange(
        () -> {
          if (random.nextInt(4) == 0) {
            crash(
                random.nextInt(4) > 0 ? disk.losePower(random) : disk.killProcess(), index, random);
          }
        });
    SnapshotStore store = FileSnapshotStore.on(disk, DIRECTORY);
    for (int i = 1; i < 8; i++) {
      index[1] = i;
      try (SnapshotStore.Writer writer = store.create(GROUP, meta(i))) {
        byte[] content = content(i);
        for (int at = 0; at < content.length; at += 70_000) {
          writer.write(Bytes.wrap(content, at, Math.min(70_000, content.length - at)));
        }
        if (random.nextInt(4) > 0) {
          writer.commit();
          index[0] = i;
        }
      }
      index[1] = index[0];
      if (random.nextInt(3) == 0) {
        store.close();
        store = FileSnapshotStore.on(disk, DIRECTORY);
      }
    }
  }

  private void crash(MemoryDisk after, int[] index, SplittableRandom random) {
    states++;
    int found = found(after);
    assertThat(found).isIn(index[0], index[1]);
    // Whatever was found vouches for itself from now on: a log may be cut by it.
    assertThat(found(after.losePower(random))).isEqualTo(found);
  }

  /** The index of the snapshot in the store, 0 for none. */
  private static int found(MemoryDisk disk) {
    try (SnapshotStore store = FileSnapshotStore.on(disk, DIRECTORY)) {
      Optional<SnapshotMeta> latest = store.latest(GROUP);
      if (latest.isEmpty()) {
        return 0;
      }
      int index = (int) latest.get().index();
      assertThat(latest.get()).isEqualTo(meta(index));
      try (InputStream in = store.open(GROUP, latest.get())) {
        assertThat(in.readAllBytes()).isEqualTo(content(index));
      }
      return index;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static SnapshotMeta meta(int index) {
    return new SnapshotMeta(new EntryId(1, index), SnapshotMeta.NONE.membership());
  }

  private static byte[] content(int index) {
    byte[] content = new byte[index * index * 9000];
    new Random(index).nextBytes(content);
    return content;
  }
}
