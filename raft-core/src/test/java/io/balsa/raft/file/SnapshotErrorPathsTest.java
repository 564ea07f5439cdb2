package io.balsa.raft.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.SnapshotStore;
import io.balsa.raft.testkit.disk.FaultyDisk;
import io.balsa.raft.testkit.disk.MemoryDisk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each call that the store of snapshots makes of its disk fails, in its turn, as in {@code LogErrorPathsTest}. */
final class SnapshotErrorPathsTest {
  private static final Path DIRECTORY = Path.of("/member/snapshots");
  private static final GroupId GROUP = GroupId.of(7);

  private final byte[] content = new byte[150_000];
  private int committed;
  private int attempted;

  @ParameterizedTest
  @CsvSource({
    "BROKEN, false",
    "BROKEN, true",
    "FULL, false",
    "FULL, true",
    "SHORT, false",
    "SHORT, true"
  })
  void noFailedCallLosesOrInventsAnything(FaultyDisk.Fault fault, boolean forEver)
      throws Exception {
    new Random(1).nextBytes(content);
    FaultyDisk healthy = new FaultyDisk(new MemoryDisk());
    live(healthy);
    long calls = healthy.calls();
    assertThat(calls).isGreaterThan(50);
    for (long call = 1; call <= calls; call++) {
      MemoryDisk platter = new MemoryDisk();
      FaultyDisk disk = new FaultyDisk(platter);
      disk.failAt(call, fault, forEver);
      String which = fault + (forEver ? " from call " : " at call ") + call + " of " + calls;
      try {
        live(disk);
      } catch (StorageException | IOException e) {
        assertThat(disk.failed()).as(which).isTrue();
        assertThat(e).as(which).hasMessageContaining(DIRECTORY.toString());
      }
      check(platter.killProcess(), which);
      check(platter.losePower(new SplittableRandom(call)), which);
    }
  }

  /** Two snapshots, each read back, in a store that is opened twice. */
  private void live(FaultyDisk disk) throws IOException {
    committed = 0;
    attempted = 0;
    for (int i = 1; i <= 2; i++) {
      try (SnapshotStore store = FileSnapshotStore.on(disk, DIRECTORY)) {
        try (SnapshotStore.Writer writer = store.create(GROUP, meta(i))) {
          writer.write(Bytes.wrap(content));
          attempted = i;
          writer.commit();
          committed = i;
        }
        assertThat(store.latest(GROUP)).contains(meta(i));
        try (InputStream in = store.open(GROUP, meta(i))) {
          assertThat(in.readAllBytes()).isEqualTo(content);
        }
      }
    }
  }

  private void check(MemoryDisk after, String which) throws IOException {
    try (SnapshotStore store = FileSnapshotStore.on(after, DIRECTORY)) {
      Optional<SnapshotMeta> latest = store.latest(GROUP);
      int index = latest.map(meta -> (int) meta.index()).orElse(0);
      assertThat(index).as(which).isIn(List.of(committed, attempted));
      if (index > 0) {
        try (InputStream in = store.open(GROUP, meta(index))) {
          assertThat(in.readAllBytes()).as(which).isEqualTo(content);
        }
      }
    }
  }

  private static SnapshotMeta meta(int index) {
    return new SnapshotMeta(new EntryId(1, index), SnapshotMeta.NONE.membership());
  }
}
