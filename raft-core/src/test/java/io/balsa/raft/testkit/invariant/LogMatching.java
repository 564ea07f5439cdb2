package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.protocol.Ready;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * If two logs contain an entry with the same index and term, then the logs are identical in all entries up through the
 * given index (paper Figure 3).
 *
 * <p>Checked by induction: wherever an entry is written, it has the content and the predecessor that it had wherever it was
 * written before.
 */
public final class LogMatching implements Property {
  private record Written(Entry entry, EntryId prev) {}

  /** Only looked up, never iterated. */
  private final Map<EntryId, Written> written = new HashMap<>();

  @Override
  public void onStarted(NodeView node) {
    learn(node, node.platter().base().last(), node.platter().entries());
  }

  @Override
  public void onReady(NodeView node, Ready ready) {
    if (ready.persist().isPresent() && !ready.persist().get().entries().isEmpty()) {
      PersistBatch batch = ready.persist().get();
      learn(node, entryBefore(node, batch), batch.entries());
    }
  }

  private EntryId entryBefore(NodeView node, PersistBatch batch) {
    long index = batch.entries().get(0).index() - 1;
    if (batch.resetTo().isPresent() && batch.resetTo().get().index() == index) {
      return batch.resetTo().get().last();
    }
    return node.cache()
        .idAt(index)
        .orElseThrow(
            () ->
                new PropertyViolation(
                    name(), node.id() + " writes after " + index + ", which it doesn't hold"));
  }

  private void learn(NodeView node, EntryId before, List<Entry> entries) {
    EntryId prev = before;
    for (Entry entry : entries) {
      PropertyViolation.check(
          entry.index() == prev.index() + 1 && entry.term() >= prev.term(),
          this,
          "%s writes %s after %s",
          node.id(),
          entry.id(),
          prev);
      Written now = new Written(entry, prev);
      Written known = written.putIfAbsent(entry.id(), now);
      PropertyViolation.check(
          known == null || known.equals(now),
          this,
          "%s writes %s, elsewhere it is %s",
          node.id(),
          now,
          known);
      prev = entry.id();
    }
  }
}
