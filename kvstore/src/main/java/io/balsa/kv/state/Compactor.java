package io.balsa.kv.state;

import io.balsa.kv.failpoint.KvFailpoint;
import io.balsa.kv.state.Tables.Span;
import io.balsa.kv.state.store.OrderedReader.Direction;
import io.balsa.kv.state.store.OrderedStore;
import io.balsa.kv.state.store.StoreCursor;
import io.balsa.kv.state.store.StoreWrites;
import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.model.NodeStoppedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Removes compacted history, a batch at a time. Thread-safe; steps exclude each other and a restore.
 *
 * <p>Decides nothing that a reader or a command could see: from the moment a compaction is applied nobody reads what is
 * removed here later, and pins that are older keep their rows.
 */
final class Compactor {
  /*
   * One walk along the log, from where the last one ended to the compacted revision R, finds everything that must go,
   * because each event names the version that it ended:
   *
   *        log:   5 put a     6 put b    7 put a (prev 5)   8 delete b (prev 6)    R = 9     10 put a (prev 7)
   *                 ▲            ▲           │                  │ │
   *                 └────────────┼───────────┘ removes 5        │ └─ removes itself, being before R
   *                              └──────────────────────────────┘ removes 6
   *
   * - The version that an event at or before R ended goes, if it is before R.
   * - A deletion before R goes. One at R stays, for a watch that starts at R must still see it (and so must whatever else
   *   happened at R, as a revision is never split).
   * - What is left before R is, for each key that lived at R, its newest version: nothing at or before R ended it.
   *
   * The walk is repeatable: events come in ascending order, and an event's victim is removed in the same write as the
   * event itself at the earliest, so a crash can't leave a victim whose event is gone. The revision R that was walked
   * through is walked again by the next compaction, since what was spared at R isn't spared any more.
   */
  private final OrderedStore store;
  private final Publisher publisher;
  private final int batchRows;

  /** Who waits for which revision. */
  private final NavigableMap<Long, List<CompletableFuture<Void>>> waiting = new TreeMap<>();

  /** History before this revision is removed. Persistent. Invariant: never above the compacted revision. */
  private long removed;

  /** Where the walk under way goes on; none at its beginning. */
  private Place next = Place.NONE;

  /** The compacted revision that the walk under way goes to. */
  private long walkTarget;

  private boolean closed;

  Compactor(OrderedStore store, Publisher publisher, int batchRows) {
    this.store = store;
    this.publisher = publisher;
    this.batchRows = batchRows;
    reload();
  }

  /** Reads again how far the rows say that removing has come. */
  synchronized void reload() {
    removed = publisher.read(now -> decode(now.pin().get(Tables.HISTORY_REMOVED)));
    next = Place.NONE;
    completeWaiting();
  }

  /** Runs while no step does. */
  synchronized void excluding(StoreChange change) throws IOException {
    change.run();
    reload();
  }

  /** Replaces what is in the store. */
  @FunctionalInterface
  interface StoreChange {
    void run() throws IOException;
  }

  /**
   * Removes one batch.
   *
   * @return whether there is more to remove
   */
  synchronized boolean step() {
    if (closed) {
      return false;
    }
    return publisher.read(this::step);
  }

  /** Whether a step would find something to remove. */
  synchronized boolean hasWork() {
    return !closed && removed < publisher.state().compacted();
  }

  private boolean step(Published now) {
    long target = now.state().compacted();
    if (removed >= target) {
      return false;
    }
    if (target != walkTarget) {
      if (!next.isNone() && next.revision() == walkTarget) {
        // What the walk has spared there isn't spared any more.
        next = new Place(walkTarget, 0);
      }
      walkTarget = target;
    }
    StoreWrites writes = new StoreWrites();
    Place stopped = walk(now, target, writes);
    next = stopped == null ? Place.NONE : stopped;
    removed = stopped == null ? target : Math.max(removed, stopped.revision() - 1);
    writes.put(Tables.HISTORY_REMOVED, encode(removed));
    Failpoints.at(KvFailpoint.COMPACTION_BEFORE_BATCH);
    store.write(writes);
    Failpoints.at(KvFailpoint.COMPACTION_AFTER_BATCH);
    completeWaiting();
    return removed < target;
  }

  /** Where the walk stopped; null if it went through. */
  private @Nullable Place walk(Published now, long target, StoreWrites writes) {
    Place from = next.isNone() ? new Place(Math.max(1, removed), 0) : next;
    Span span = Tables.log(from.revision(), from.sub(), target);
    int rows = 0;
    try (StoreCursor cursor = now.pin().cursor(span.fromKey(), span.toKey(), Direction.UP)) {
      while (cursor.next()) {
        byte[] key = cursor.key();
        Place place = new Place(Tables.logRevision(key), Tables.logSub(key));
        if (rows++ == batchRows) {
          return place;
        }
        removeEndedBy(EventRow.decode(cursor.value()), place, target, writes);
      }
    }
    return null;
  }

  private static void removeEndedBy(EventRow event, Place at, long target, StoreWrites writes) {
    if (!event.prev().isNone() && event.prev().revision() < target) {
      remove(event, event.prev(), writes);
    }
    if (event.delete() && at.revision() < target) {
      remove(event, at, writes);
    }
  }

  private static void remove(EventRow event, Place place, StoreWrites writes) {
    writes.delete(Tables.log(place.revision(), place.sub()));
    writes.delete(Tables.index(event.key(), place.revision(), place.sub()));
  }

  /** Completes when the history before a revision is removed. */
  synchronized CompletableFuture<Void> done(long revision) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (closed) {
      done.completeExceptionally(new NodeStoppedException("the state is closed"));
    } else if (removed >= revision) {
      done.complete(null);
    } else {
      waiting.computeIfAbsent(revision, key -> new ArrayList<>()).add(done);
    }
    return done;
  }

  private void completeWaiting() {
    var reached = waiting.headMap(removed, true);
    for (List<CompletableFuture<Void>> group : reached.values()) {
      group.forEach(done -> done.complete(null));
    }
    reached.clear();
  }

  /** Tells those who wait that a step failed. */
  synchronized void failWaiting(Throwable failure) {
    for (List<CompletableFuture<Void>> group : waiting.values()) {
      group.forEach(done -> done.completeExceptionally(failure));
    }
    waiting.clear();
  }

  /** No step writes any more after it returns; who still waits is told. */
  synchronized void close() {
    closed = true;
    failWaiting(new NodeStoppedException("the state is closed"));
  }

  private static byte[] encode(long revision) {
    return ByteBuffer.allocate(Long.BYTES).putLong(revision).array();
  }

  private static long decode(byte @Nullable [] row) {
    return row == null ? -1 : ByteBuffer.wrap(row).getLong();
  }
}
