package io.balsa.raft.spi;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.SnapshotMeta;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The replicated state. Every call comes from the group's apply thread, one at a time; the same entries in the same order
 * must give the same results on every node. An exception stops the node: a state that missed an entry serves nobody.
 *
 * @param <R> what a command results in
 */
public interface StateMachine<R> {

  /**
   * Applies one committed command. Called once per entry in this process; after a restart, entries after the last
   * snapshot come again (see {@link DurableStateMachine} for a state that keeps its own).
   */
  R apply(EntryId id, Bytes command);

  /**
   * Applies a run of committed commands. Override it to write many at once.
   *
   * @param commands the entries of kind COMMAND among the run, in order; may be empty
   * @param through the last entry of the run, of any kind
   * @return one result per command, in order
   */
  default List<R> applyAll(List<Entry> commands, EntryId through) {
    List<R> results = new ArrayList<>(commands.size());
    for (Entry command : commands) {
      results.add(apply(command.id(), command.payload()));
    }
    return results;
  }

  /** Captures the state as it is after the last {@code apply}. Cheap: everything else waits for it. */
  Snapshot capture();

  /**
   * Replaces the state by one that {@link #capture} wrote, here or on another node.
   *
   * @param meta what the snapshot covers
   */
  void restore(SnapshotMeta meta, DataInputStream snapshot) throws IOException;
}
