package io.balsa.raft.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.SnapshotStore;
import io.balsa.raft.testkit.contract.SnapshotStoreContract;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileSnapshotStoreTest extends SnapshotStoreContract {
  private static final SnapshotMeta META = meta(2, 20);

  @TempDir private Path temporary;

  @Override
  protected SnapshotStore create() {
    return FileSnapshotStore.at(directory());
  }

  /** What a crash leaves: the files as they are, copied away from under the store. */
  @Override
  protected SnapshotStore reopen(SnapshotStore crashed) throws IOException {
    Path saved = temporary.resolve("saved");
    copyFiles(directory(), saved);
    crashed.close();
    copyFiles(saved, directory());
    return FileSnapshotStore.at(directory());
  }

  /** Trap D7. */
  @Test
  void leftoversOfACrashAreRemovedWhenTheStoreIsOpened() throws Exception {
    store.create(GROUP, META);
    assertThat(fileNames()).containsExactly("3.snapshot.tmp", "LOCK", "store");
    store = reopen(store);
    assertThat(fileNames()).containsExactly("LOCK", "store");
  }

  @Test
  void aGroupHasOneFile() throws Exception {
    save(meta(1, 10), content(1, 10));
    save(meta(1, 20), content(2, 10));
    assertThat(fileNames()).containsExactly("3.snapshot", "LOCK", "store");
  }

  /** Trap D9. */
  @Test
  void aSecondStoreInTheDirectoryIsRefused() {
    assertThatThrownBy(() -> FileSnapshotStore.at(directory()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(directory().toString())
        .hasMessageContaining("in use");
  }

  @Test
  void everyFlippedBitIsFoundBeforeAWrongByteIsRead() throws Exception {
    byte[] content = content(5, 40);
    save(META, content);
    byte[] good = Files.readAllBytes(file());
    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << (at % 8));
      Files.write(file(), bad);
      assertDamageIsFound("byte " + at, content);
    }
  }

  @Test
  void aFileThatWasCutAnywhereIsFound() throws Exception {
    save(META, content(5, 40));
    byte[] good = Files.readAllBytes(file());
    for (int size = 0; size < good.length; size++) {
      Files.write(file(), Arrays.copyOf(good, size));
      assertThatThrownBy(() -> store.latest(GROUP))
          .as("cut to %d of %d bytes", size, good.length)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("3.snapshot");
    }
    Files.write(file(), Arrays.copyOf(good, good.length + 1));
    assertThatThrownBy(() -> store.latest(GROUP)).isInstanceOf(StorageException.class);
  }

  @Test
  void chunksThatChangedPlacesAreFoundAtTheFirst() throws Exception {
    int chunk = SnapshotLayout.CHUNK_BYTES_MAX + SnapshotLayout.CHUNK_OVERHEAD_BYTES;
    save(META, content(5, 2 * SnapshotLayout.CHUNK_BYTES_MAX));
    byte[] good = Files.readAllBytes(file());
    int first = good.length - SnapshotLayout.TRAILER_BYTES - 2 * chunk;
    byte[] bad = good.clone();
    System.arraycopy(good, first, bad, first + chunk, chunk);
    System.arraycopy(good, first + chunk, bad, first, chunk);
    Files.write(file(), bad);
    assertThatThrownBy(() -> load(META))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file().toString())
        .hasMessageContaining("offset " + first);
  }

  @Test
  void aNewerFormatIsRefusedByItsNumber() throws Exception {
    save(META, content(5, 40));
    try (RandomAccessFile out = new RandomAccessFile(file().toFile(), "rw")) {
      out.seek(8);
      out.writeInt(SnapshotLayout.VERSION + 1);
    }
    assertThatThrownBy(() -> store.latest(GROUP))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("format version 3, of a newer");
  }

  /** Version 1 had no file {@code store}: that it is missing there is no damage. */
  @Test
  void anOlderFormatIsRefusedAsOldNotAsDamaged() throws Exception {
    save(META, content(5, 40));
    store.close();
    try (RandomAccessFile out = new RandomAccessFile(file().toFile(), "rw")) {
      out.seek(8);
      out.writeInt(1);
    }
    Files.delete(directory().resolve("store"));
    assertThatThrownBy(() -> FileSnapshotStore.at(directory()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("format version 1, of an older");
    Files.delete(file());
    store = FileSnapshotStore.at(directory());
  }

  /** A neighbour's may be whole, and through the same entry: it is another cluster's all the same. */
  @Test
  void aSnapshotOfAnotherStoreIsRefused() throws Exception {
    save(META, content(5, 40));
    Path other = temporary.resolve("other");
    try (SnapshotStore neighbour = FileSnapshotStore.at(other);
        SnapshotStore.Writer writer = neighbour.create(GROUP, META)) {
      writer.commit();
    }
    Files.copy(other.resolve("3.snapshot"), file(), StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> store.latest(GROUP))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("belongs to another store");
  }

  @Test
  void aSnapshotUnderAnotherGroupsNameIsRefused() throws Exception {
    save(META, content(5, 40));
    Files.move(file(), directory().resolve("4.snapshot"));
    assertThatThrownBy(() -> store.latest(GroupId.of(4)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("of g3, not g4");
  }

  /** Either the header is refused, or the stream fails; what it returned before is right. */
  private void assertDamageIsFound(String what, byte[] content) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    boolean found = false;
    try (InputStream in = store.open(GROUP, META)) {
      in.transferTo(read);
    } catch (IOException | StorageException e) {
      found = true;
      assertThat(e).as(what).hasMessageContaining("3.snapshot");
    }
    assertThat(found).as("damage in %s was found", what).isTrue();
    byte[] bytes = read.toByteArray();
    assertThat(bytes).as(what).isEqualTo(Arrays.copyOf(content, bytes.length));
  }

  private Path directory() {
    return temporary.resolve("snapshots");
  }

  private Path file() {
    return directory().resolve("3.snapshot");
  }

  private List<String> fileNames() throws IOException {
    try (Stream<Path> files = Files.list(directory())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static void copyFiles(Path source, Path target) throws IOException {
    Files.createDirectories(target);
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.toList()) {
        Files.write(target.resolve(file.getFileName()), Files.readAllBytes(file));
      }
    }
  }
}
