package io.balsa.raft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.testkit.contract.LogModel;
import io.balsa.raft.testkit.contract.LogSteps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a crash, a torn write or a damaged disk leaves, made by hand from the files of a running
 * store.
 */
final class RocksCrashTest {
  private static final GroupId GROUP = GroupId.of(0);
  private static final int PERSISTS = 50;

  @TempDir private Path temporary;

  private int images;

  /**
   * A log: what it was after each write, and how long the write-ahead log was; at 0, when it was
   * opened.
   */
  private record History(Path directory, List<LogModel> states, List<Long> walSizes) {
    LogModel state(int writes) {
      return states.get(writes).copy();
    }

    int writes() {
      return states.size() - 1;
    }

    /** How many writes are whole in a write-ahead log of this size. */
    int writesWithin(long walSize) {
      int writes = 0;
      while (writes < writes() && walSizes.get(writes + 1) <= walSize) {
        writes++;
      }
      return writes;
    }
  }

  /** What a store shows of the group; absent if it refuses to. */
  private record Shown(RestoredState restored, List<Entry> entries) {
    boolean isThatOf(LogModel log) {
      if (restored.base().index() > log.lastIndex()) {
        return false;
      }
      return restored.hardState().equals(log.expected().hardState())
          && restored.base().equals(log.base())
          && restored.termStarts().equals(log.expected().termStarts())
          && restored.memberships().equals(log.expected().memberships())
          && restored.lastIndex() == log.lastIndex()
          && entries.equals(log.read(log.base().index() + 1, Long.MAX_VALUE, Long.MAX_VALUE));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12})
  void aCopyOfTheDirectoryHoldsEverythingThatWasPersisted(long seed) throws Exception {
    LogSteps steps = new LogSteps(seed);
    LogModel log = new LogModel();
    Path directory = temporary.resolve("log");
    try (RocksLogStore store = RocksLogStore.at(directory)) {
      log.adopt(store.open(GROUP));
      for (int i = 0; i < PERSISTS; i++) {
        write(store, log, steps);
        Path image = image(directory);
        assertThat(show(image).orElseThrow().isThatOf(log)).as("after write %d", i).isTrue();
        Directories.delete(image);
      }
    }
  }

  /** A torn write is gone whole, and only it. The mark went with the power. */
  @Test
  void aWalThatWasCutAnywhereYieldsTheWritesBeforeTheCut() throws Exception {
    History history = history(21);
    Path wal = Directories.wal(history.directory());
    long size = Files.size(wal);
    Random random = new Random(21);
    long cut = size;
    while (cut >= history.walSizes().get(0)) {
      Path image = image(history.directory());
      truncate(Directories.wal(image), cut);
      Files.delete(image.resolve("MARK"));
      Shown shown = show(image).orElseThrow();
      int writes = history.writesWithin(cut);
      assertThat(shown.isThatOf(history.state(writes))).as("cut to %d of %d", cut, size).isTrue();
      Directories.delete(image);
      cut -= 1 + random.nextInt(size - cut < 1500 ? 20 : 700);
    }
  }

  /** Trap D3: the mark tells a last record that was damaged from one that was torn. */
  @Test
  void whatWasAcknowledgedIsNeverTakenForATornTail() throws Exception {
    History history = history(22);
    Path wal = Directories.wal(history.directory());
    byte[] good = Files.readAllBytes(wal);
    Random random = new Random(22);
    int refused = 0;
    for (int i = 0; i < 400; i++) {
      int at = i < 100 ? good.length - 1 - i : random.nextInt(good.length);
      Path image = image(history.directory());
      if (i % 10 == 0) {
        truncate(Directories.wal(image), at);
      } else {
        flip(Directories.wal(image), at, random.nextInt(8));
      }
      Optional<Shown> shown = show(image);
      refused += shown.isEmpty() ? 1 : 0;
      assertThat(shown.isEmpty() || shown.get().isThatOf(history.state(history.writes())))
          .as("byte %d of %d", at, good.length)
          .isTrue();
      Directories.delete(image);
    }
    assertThat(refused).isGreaterThan(350);
  }

  /** What is longer than a mark is another file, and nobody knows where the mark is. */
  @Test
  void anotherFileInTheMarksPlaceIsRefused() throws Exception {
    History history = history(3);
    Path image = image(history.directory());
    byte[] mark = Files.readAllBytes(image.resolve("MARK"));
    Files.write(image.resolve("MARK"), Arrays.copyOf(mark, 41));
    assertThatThrownBy(() -> RocksLogStore.at(image))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("MARK is damaged: it holds 41 bytes");
  }

  /** One that is torn or gone says less, and refuses nothing. */
  @Test
  void aMarkThatIsLostOrDamagedRefusesNothing() throws Exception {
    History history = history(25);
    byte[] mark = Files.readAllBytes(history.directory().resolve("MARK"));
    for (byte[] found : List.of(new byte[0], new byte[40], Arrays.copyOf(mark, 19))) {
      Path image = image(history.directory());
      Files.write(image.resolve("MARK"), found);
      assertThat(show(image).orElseThrow().isThatOf(history.state(history.writes()))).isTrue();
    }
  }

  /**
   * RocksDB alone drops what follows a record whose size was damaged, if it is in the last block.
   */
  @Test
  void aDamagedSizeInTheLastBlockOfTheWalIsNotTakenForATornTail() throws Exception {
    Path directory = temporary.resolve("log");
    Path wal;
    long second;
    try (RocksLogStore store = RocksLogStore.at(directory)) {
      store.open(GROUP);
      wal = Directories.wal(directory);
      second = Files.size(wal);
      LogSteps steps = new LogSteps(1);
      LogModel log = new LogModel();
      write(store, log, steps);
      write(store, log, steps);
    }
    flip(wal, second + 5, 6); // The size's high byte: 16 KiB more than there are.
    assertThatThrownBy(() -> RocksLogStore.at(directory))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the record at offset " + second + " is broken")
        .hasMessageContaining("and a whole record follows");
  }

  @Test
  void aDamagedFileOfAnyKindIsRefusedOrMakesNoDifference() throws Exception {
    History history = history(23);
    Path directory = history.directory();
    RocksLogStore.at(directory).close(); // Recovery writes the log into a sorted file.
    LogModel state = history.state(history.writes());
    assertThat(Directories.files(directory, ".sst")).isNotEmpty();
    Random random = new Random(23);
    int refused = 0;
    for (Path file : Directories.files(directory)) {
      int size = Math.toIntExact(Files.size(file));
      for (int i = 0; i < (size == 0 ? 0 : 40); i++) {
        int at = random.nextInt(size);
        Path image = image(directory);
        flip(image.resolve(file.getFileName()), at, random.nextInt(8));
        Optional<Shown> shown = show(image);
        refused += shown.isEmpty() ? 1 : 0;
        assertThat(shown.isEmpty() || shown.get().isThatOf(state))
            .as("byte %d of %s", at, file)
            .isTrue();
        Directories.delete(image);
      }
    }
    assertThat(refused).isGreaterThan(40);
  }

  @Test
  void aMissingFileOfTheDatabaseIsRefused() throws Exception {
    History history = history(24);
    RocksLogStore.at(history.directory()).close();
    List<Path> needed = new ArrayList<>(Directories.files(history.directory(), ".sst"));
    needed.add(history.directory().resolve("CURRENT"));
    for (Path file : needed) {
      Path image = image(history.directory());
      Files.delete(image.resolve(file.getFileName()));
      assertThat(show(image)).as("without %s", file).isEmpty();
    }
  }

  private History history(long seed) throws IOException {
    LogSteps steps = new LogSteps(seed);
    LogModel log = new LogModel();
    List<LogModel> states = new ArrayList<>();
    Path directory = temporary.resolve("log");
    List<Long> walSizes = new ArrayList<>();
    try (RocksLogStore store = RocksLogStore.at(directory)) {
      log.adopt(store.open(GROUP));
      walSizes.add(Files.size(Directories.wal(directory)));
      states.add(log.copy());
      for (int i = 0; i < PERSISTS; i++) {
        write(store, log, steps);
        walSizes.add(Files.size(Directories.wal(directory)));
        states.add(log.copy());
      }
    }
    return new History(directory, states, walSizes);
  }

  private static void write(RocksLogStore store, LogModel log, LogSteps steps) {
    if (steps.nextInt(10) == 0 && log.lastIndex() > log.base().index()) {
      SnapshotMeta base = log.baseAt(steps.between(log.base().index() + 1, log.lastIndex()));
      store.compact(GROUP, base);
      log.compact(base);
    } else {
      PersistBatch batch = steps.batch(GROUP, log);
      store.persist(List.of(batch));
      log.persist(batch);
    }
  }

  private static Optional<Shown> show(Path directory) {
    try (RocksLogStore store = RocksLogStore.at(directory)) {
      RestoredState restored = store.open(GROUP);
      long first = restored.base().index() + 1;
      return Optional.of(
          new Shown(restored, store.read(GROUP, first, Long.MAX_VALUE, Long.MAX_VALUE)));
    } catch (StorageException refused) {
      assertThat(refused).message().isNotBlank();
      return Optional.empty();
    }
  }

  private Path image(Path directory) throws IOException {
    return Directories.image(directory, temporary.resolve("image-" + images++));
  }

  private static void truncate(Path file, long size) throws IOException {
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), Math.toIntExact(size)));
  }

  private static void flip(Path file, long at, int bit) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[Math.toIntExact(at)] ^= (byte) (1 << bit);
    Files.write(file, bytes);
  }
}
