package io.balsa.kv.state.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store does about a directory that isn't as it left it. */
final class StoreDirectoryTest {
  private static final RocksSettings SETTINGS = new RocksSettings(1 << 16, 1 << 20, (byte) 'L');

  @TempDir Path dir;

  @Test
  void aMissingDatabaseIsALossAndNotMadeAnew() throws IOException {
    RocksStore.open(dir, SETTINGS).close();
    FileTree.delete(dir.resolve("db-1"));
    assertThatThrownBy(() -> RocksStore.open(dir, SETTINGS)).isInstanceOf(StorageException.class);
  }

  @Test
  void aStoreThatCrashedBeforeItsFirstDatabaseWasThereIsCreatedAgain() {
    StoreDirectory.open(dir).close();
    assertThat(Files.exists(dir.resolve("db-1"))).isFalse();
    RocksStore.open(dir, SETTINGS).close();
    assertThat(Files.exists(dir.resolve("NEW"))).isFalse();
  }
}
