package io.balsa.examples.bench.log;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.spi.LogStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One of our log stores, given batches as the host's log writer gives them. */
final class StoreTarget implements LogTarget {
  private static final GroupId GROUP = GroupId.ONLY;
  private static final long TERM = 1;

  private final LogStore store;
  private long nextIndex = 1;
  private long nextPersistId = 1;

  StoreTarget(LogStore store) {
    this.store = store;
    if (store.open(GROUP).lastIndex() != 0) {
      throw new IllegalStateException("the log isn't new");
    }
  }

  @Override
  public void append(Batch batch) {
    List<Entry> entries = new ArrayList<>(batch.entries());
    for (int i = 0; i < batch.entries(); i++) {
      entries.add(Entry.command(new EntryId(TERM, nextIndex++), batch.payload()));
    }
    store.persist(
        List.of(
            new PersistBatch(GROUP, nextPersistId++, Optional.empty(), Optional.empty(), entries)));
  }

  @Override
  public void close() {
    store.close();
  }
}
