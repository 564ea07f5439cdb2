package io.balsa.raft.memory;

import io.balsa.raft.spi.SnapshotStore;
import io.balsa.raft.testkit.contract.SnapshotStoreContract;

final class MemorySnapshotStoreTest extends SnapshotStoreContract {
  @Override
  protected SnapshotStore create() {
    return new MemorySnapshotStore();
  }

  @Override
  protected SnapshotStore reopen(SnapshotStore crashed) {
    return ((MemorySnapshotStore) crashed).reopen();
  }
}
