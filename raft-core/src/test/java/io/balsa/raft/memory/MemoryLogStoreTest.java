package io.balsa.raft.memory;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.testkit.contract.LogStoreContract;
import org.junit.jupiter.api.Test;

final class MemoryLogStoreTest extends LogStoreContract {
  @Override
  protected LogStore create() {
    return new MemoryLogStore();
  }

  @Override
  protected LogStore reopen(LogStore crashed) {
    return ((MemoryLogStore) crashed).reopen();
  }

  @Override
  protected int steps() {
    return 5000;
  }

  @Test
  void aCrashedStoreCanNoLongerReachItsDisk() {
    LogStore crashed = store;
    crashed.open(GROUP);
    store = reopen(crashed);
    assertThatThrownBy(() -> crashed.open(GROUP)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> reopen(crashed)).isInstanceOf(StorageException.class);
  }
}
