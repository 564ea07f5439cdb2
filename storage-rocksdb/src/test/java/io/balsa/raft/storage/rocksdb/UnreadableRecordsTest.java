package io.balsa.raft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogAudit.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** What RocksDB never comes back from is refused before it is asked; without that, these tests hang. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
final class UnreadableRecordsTest {
  private static final GroupId GROUP = GroupId.of(0);
  private static final int TYPE_AT = 6;

  @TempDir private Path temporary;

  @Test
  void everyFlippedBitOfARecordsTypeIsRefusedAndTold() throws Exception {
    Path log = write();
    for (Path file : List.of(newest(log, "*.log"), newest(log, "MANIFEST-*"))) {
      byte[] whole = Files.readAllBytes(file);
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = whole.clone();
        damaged[TYPE_AT] ^= (byte) (1 << bit);
        Files.write(file, damaged);
        assertRefused(log, log.toString());
      }
      Files.write(file, whole);
    }
    assertSound(log);
  }

  @Test
  void recordsOfUnknownTypesBehindTheEndAreRefusedByTheirPlace() throws Exception {
    Path log = write();
    Random random = new Random(1);
    for (Path file : List.of(newest(log, "*.log"), newest(log, "MANIFEST-*"))) {
      byte[] whole = Files.readAllBytes(file);
      for (int type : new int[] {5, 8, 11, 127, 130, 185, 255}) {
        byte[] longer = Arrays.copyOf(whole, whole.length + 246);
        for (int at = whole.length; at < longer.length; at++) {
          longer[at] = (byte) random.nextInt(256);
        }
        longer[whole.length + TYPE_AT] = (byte) type;
        Files.write(file, longer);
        assertRefused(log, file + " is damaged: the record at offset " + whole.length);
      }
      Files.write(file, whole);
    }
    assertSound(log);
  }

  private static void assertRefused(Path log, String message) {
    try (RocksLogAudit audit = RocksLogAudit.open(log)) {
      assertThat(audit.findings())
          .filteredOn(Finding::damage)
          .extracting(Finding::what)
          .first()
          .asString()
          .contains(message);
    }
    assertThatThrownBy(() -> RocksLogStore.at(log))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(message);
  }

  private static void assertSound(Path log) {
    try (RocksLogStore store = RocksLogStore.at(log)) {
      assertThat(store.open(GROUP).lastIndex()).isEqualTo(3);
    }
  }

  private Path write() {
    Path log = temporary.resolve("log");
    try (RocksLogStore store = RocksLogStore.at(log)) {
      var unused = store.open(GROUP);
      for (int i = 1; i <= 3; i++) {
        Entry entry = Entry.command(new EntryId(1, i), Bytes.utf8("entry " + i));
        store.persist(
            List.of(
                new PersistBatch(GROUP, i, Optional.empty(), Optional.empty(), List.of(entry))));
      }
    }
    return log;
  }

  private static Path newest(Path log, String pattern) throws IOException {
    List<Path> found = new ArrayList<>();
    try (var files = Files.newDirectoryStream(log, pattern)) {
      files.forEach(found::add);
    }
    return Collections.max(found);
  }
}
