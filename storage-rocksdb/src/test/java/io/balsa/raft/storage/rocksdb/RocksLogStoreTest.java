package io.balsa.raft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.InvariantViolation;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.storage.rocksdb.layout.EntryCodec;
import io.balsa.raft.storage.rocksdb.layout.KeyLayout;
import io.balsa.raft.testkit.contract.LogStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

final class RocksLogStoreTest extends LogStoreContract {
  @TempDir private Path temporary;

  @Override
  protected LogStore create() {
    return RocksLogStore.at(directory());
  }

  @Override
  protected LogStore reopen(LogStore stopped) {
    stopped.close();
    return RocksLogStore.at(directory());
  }

  /** Trap D9. */
  @Test
  void aSecondStoreInTheDirectoryIsRefused() {
    assertThatThrownBy(() -> RocksLogStore.at(directory()))
        .isInstanceOf(StorageException.class)
        .hasMessage("the log in " + directory() + " is in use already");
  }

  @Test
  void oneSyncServesTheBatchesOfAllGroups() {
    List<PersistBatch> batches = new ArrayList<>();
    for (int g = 0; g < 20; g++) {
      store.open(GroupId.of(g));
      batches.add(
          new PersistBatch(
              GroupId.of(g), 1, Optional.empty(), Optional.empty(), List.of(command(1, 1))));
    }
    RocksLogStore rocks = (RocksLogStore) store;
    long syncs = rocks.syncs();
    long bytes = rocks.bytesWritten();
    store.persist(batches);
    assertThat(rocks.syncs()).isEqualTo(syncs + 1);
    assertThat(rocks.bytesWritten()).isGreaterThan(bytes + 20 * 17);
  }

  @Test
  void aDirectoryOfSomethingElseIsRefusedAndLeftAlone() throws Exception {
    Path foreign = Files.createDirectories(temporary.resolve("foreign"));
    Files.writeString(foreign.resolve("letters.txt"), "dear");
    assertThatThrownBy(() -> RocksLogStore.at(foreign))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("letters.txt");
    assertThat(names(foreign)).containsExactly("letters.txt");
  }

  @Test
  void anotherFormatIsRefusedAndNothingIsWritten() throws Exception {
    store.close();
    List<String> before = names(directory());
    refuses(1, "format 1, of an older version; this program reads format 2");
    refuses(3, "format 3, of a newer version; this program reads format 2");
    assertThat(names(directory())).isEqualTo(before);
    Files.writeString(directory().resolve("FORMAT"), "balsa rocksdb log, format 2\n");
    store = RocksLogStore.at(directory());
  }

  private void refuses(int format, String message) throws IOException {
    Files.writeString(directory().resolve("FORMAT"), "balsa rocksdb log, format " + format + "\n");
    assertThatThrownBy(() -> RocksLogStore.at(directory()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(message);
  }

  /** Trap D10: a node whose database vanished must not begin again with an empty one. */
  @Test
  void aPlunderedDirectoryIsRefused() throws Exception {
    store.close();
    Path plundered = Directories.image(directory(), temporary.resolve("plundered"));
    for (Path file : Directories.files(plundered)) {
      if (!file.endsWith("FORMAT")) {
        Files.delete(file);
      }
    }
    assertThatThrownBy(() -> RocksLogStore.at(plundered)).isInstanceOf(StorageException.class);
    Path unnamed = Directories.image(directory(), temporary.resolve("unnamed"));
    Files.delete(unnamed.resolve("FORMAT"));
    assertThatThrownBy(() -> RocksLogStore.at(unnamed))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("FORMAT file is missing");
    store = RocksLogStore.at(directory());
  }

  @Test
  void aCreationThatWasCutShortGoesOn() throws Exception {
    for (String text : List.of("", "balsa rocksdb", "balsa rocksdb log, format 2\n")) {
      Path cut = Files.createTempDirectory(temporary, "cut");
      Files.writeString(cut.resolve("FORMAT.new"), text);
      try (RocksLogStore log = RocksLogStore.at(cut)) {
        assertThat(log.open(GROUP).incarnation()).isEqualTo(1);
      }
      assertThat(names(cut)).contains("FORMAT").doesNotContain("FORMAT.new");
    }
  }

  @Test
  void aMountPointCountsAsEmpty() throws Exception {
    Path mount = temporary.resolve("mount");
    Files.createDirectories(mount.resolve("lost+found"));
    try (RocksLogStore log = RocksLogStore.at(mount)) {
      assertThat(log.open(GROUP).isEmpty()).isTrue();
    }
  }

  /**
   * A write that can't be done leaves the outline in memory ahead of the disk: nothing may follow
   * it.
   */
  @Test
  void aStoreThatFailedOnceRefusesToGoOn() {
    store.open(GROUP);
    append(command(1, 1));
    assertThatThrownBy(() -> append(command(1, 2), command(1, 9)))
        .isInstanceOf(InvariantViolation.class);
    assertThatThrownBy(() -> append(command(1, 2)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("9@t1 can't follow");
  }

  /** The value of another entry, though whole, isn't served. */
  @Test
  void anEntryUnderAnotherKeyIsRefused() throws Exception {
    store.open(GROUP);
    append(command(1, 1), command(1, 2), command(1, 3));
    store.close();
    tamper(db -> db.put(entryKey(2), db.get(entryKey(1))));

    store = RocksLogStore.at(directory());
    store.open(GROUP);

    assertThat(read(1, 2)).containsExactly(command(1, 1));
    assertThatThrownBy(() -> read(1, 4))
        .isInstanceOf(StorageException.class)
        .hasMessage("the entry of g7 at index 2 is damaged: its checksum is wrong");
  }

  @Test
  void aMissingEntryIsNeverSkipped() throws Exception {
    store.open(GROUP);
    append(command(1, 1), command(1, 2), command(1, 3));
    store.close();
    tamper(db -> db.delete(entryKey(2)));
    store = RocksLogStore.at(directory());
    store.open(GROUP);
    assertThatThrownBy(() -> read(1, 4))
        .isInstanceOf(StorageException.class)
        .hasMessage("g7: entry 2 is missing from the log");
  }

  @Test
  void aLogWithoutItsFirstOrLastEntryIsntOpened() throws Exception {
    store.open(GROUP);
    append(command(1, 1), command(1, 2), command(2, 3));
    store.close();
    byte[] key = entryKey(1);
    tamper(db -> db.delete(key));
    store = RocksLogStore.at(directory());
    assertThatThrownBy(() -> store.open(GROUP)).hasMessage("g7: entry 1 is missing from the log");
    store.close();
    tamper(db -> db.put(key, EntryCodec.encode(key, command(1, 1))));
    tamper(db -> db.delete(entryKey(3)));
    store = RocksLogStore.at(directory());
    assertThatThrownBy(() -> store.open(GROUP))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("g7: the log is damaged: a row of index 3 lies outside");
  }

  @Test
  void compactionGivesTheSpaceBack() throws Exception {
    store.close();
    RocksLogConfig small = RocksLogConfig.at(directory()).withMemtableBytes(256 * 1024);
    store = RocksLogStore.with(small);
    store.open(GROUP);
    for (long first = 1; first <= 20_000; first += 100) {
      store.persist(List.of(entries(hundred(first))));
    }
    long full = size();
    store.compact(GROUP, new SnapshotMeta(id(1, 19_000), SnapshotMeta.NONE.membership()));
    for (long first = 20_001; first <= 23_000; first += 100) {
      store.persist(List.of(entries(hundred(first))));
    }
    assertThat(full).isGreaterThan(20_000L * 500);
    assertThat(size()).isLessThan(full / 2);
    assertThat(reopened().base().index()).isEqualTo(19_000);
    assertThat(read(19_001, 23_001)).hasSize(4_000);
  }

  private static Entry[] hundred(long first) {
    Entry[] entries = new Entry[100];
    Arrays.setAll(entries, i -> Entry.command(id(1, first + i), Bytes.wrap(new byte[500])));
    return entries;
  }

  private interface Tampering {
    void on(RocksDB db) throws RocksDBException;
  }

  private void tamper(Tampering tampering) throws Exception {
    try (Database database = Database.open(RocksLogConfig.at(directory()), false)) {
      tampering.on(database.db());
    }
  }

  private static byte[] entryKey(long index) {
    return KeyLayout.key(GROUP, KeyLayout.Kind.ENTRY, index);
  }

  private Path directory() {
    return temporary.resolve("log");
  }

  private static List<String> names(Path directory) throws IOException {
    return Directories.files(directory).stream().map(f -> f.getFileName().toString()).toList();
  }

  private long size() throws IOException {
    long size = 0;
    for (Path file : Directories.files(directory())) {
      size += Files.exists(file) ? Files.size(file) : 0;
    }
    return size;
  }
}
