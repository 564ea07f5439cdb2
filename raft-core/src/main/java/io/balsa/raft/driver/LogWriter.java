package io.balsa.raft.driver;

import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.failpoint.RaftFailpoint;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.Send;
import io.balsa.raft.spi.LogStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The only writer of the host's log: one write and one flush for all that waits, of all groups. Then, and only then, what
 * waited for it leaves for the peers. Runs on the thread "balsa-log".
 *
 * <p>Any failure stops the host. Nothing is tried again: after a failed flush the page cache may hold, as clean, what the
 * disk never got.
 */
final class LogWriter implements Runnable {
  /** What waits is bounded by the leader's window at a follower, and at a leader by uncommittedBytesMax. */
  private final Mailbox<Item> mailbox;

  private final LogStore store;
  private final Outbox outbox;
  private final FailStop failStop;

  /** Whom a write belongs to. Called on the writer thread. */
  interface Client {
    /** The batch is durable, and so is all that was handed in before. */
    void onDurable(PersistBatch batch);

    /** Nothing more is durable for now; {@code newest} is the last batch of this round. */
    void onPersisted(PersistBatch newest);

    /** Puts what the intent stands for into the outbox. */
    void send(Send send, Outbox outbox);

    void compact(LogStore store, SnapshotMeta base);
  }

  /**
   * One group's share of a write, all parts of it optional, carried out in this order.
   *
   * @param afterPersist leaves once {@code batch}, and every batch handed in earlier, is durable
   * @param done completes when all of it is done
   */
  record Item(
      Client client,
      Optional<PersistBatch> batch,
      List<Send> afterPersist,
      Optional<SnapshotMeta> compact,
      @Nullable CompletableFuture<Void> done) {}

  LogWriter(
      LogStore store, Outlet outlet, FailStop failStop, Supplier<NodeStoppedException> stopReason) {
    this.store = store;
    this.outbox = new Outbox(outlet);
    this.failStop = failStop;
    this.mailbox =
        new Mailbox<>(
            item -> {
              if (item.done() != null) {
                item.done().completeExceptionally(stopReason.get());
              }
            });
  }

  /** Any thread; one thread per group. */
  void put(Item item) {
    mailbox.put(item);
  }

  /** Writes one batch for a group that doesn't run yet. Any thread. */
  CompletableFuture<Void> write(PersistBatch batch) {
    return put(Optional.of(batch));
  }

  /** Completes when everything that was handed in before is done. Any thread. */
  CompletableFuture<Void> barrier() {
    return put(Optional.empty());
  }

  private CompletableFuture<Void> put(Optional<PersistBatch> batch) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    mailbox.put(new Item(new Nobody(), batch, List.of(), Optional.empty(), done));
    return done;
  }

  void stop() {
    mailbox.close();
  }

  @Override
  public void run() {
    List<Item> items = new ArrayList<>();
    try {
      while (!mailbox.isClosed()) {
        mailbox.drainTo(items, Integer.MAX_VALUE);
        if (items.isEmpty()) {
          mailbox.await(Long.MAX_VALUE);
        } else {
          carryOut(items);
          items.clear();
        }
      }
    } catch (Throwable t) {
      failStop.fail("the log can't be written", t);
      NodeStoppedException reason = new NodeStoppedException("the log can't be written", t);
      items.stream()
          .flatMap(item -> Optional.ofNullable(item.done()).stream())
          .forEach(done -> done.completeExceptionally(reason));
    }
  }

  private void carryOut(List<Item> items) {
    int from = 0;
    for (int i = 0; i < items.size(); i++) {
      // A later batch may throw the log away; its base must not be compacted to after that.
      if (items.get(i).compact().isPresent() || i == items.size() - 1) {
        carryOutTogether(items.subList(from, i + 1));
        from = i + 1;
      }
    }
  }

  private void carryOutTogether(List<Item> items) {
    persist(items);
    for (Item item : items) {
      item.afterPersist().forEach(send -> item.client().send(send, outbox));
    }
    outbox.flush();
    Failpoints.at(RaftFailpoint.LOG_AFTER_SEND);
    tellNewest(items);
    for (Item item : items) {
      item.compact().ifPresent(base -> compact(item, base));
      if (item.done() != null) {
        item.done().complete(null);
      }
    }
  }

  private void persist(List<Item> items) {
    List<PersistBatch> batches = new ArrayList<>(items.size());
    items.forEach(item -> item.batch().ifPresent(batches::add));
    if (!batches.isEmpty()) {
      Failpoints.at(RaftFailpoint.LOG_BEFORE_WRITE);
      store.persist(batches);
      Failpoints.at(RaftFailpoint.LOG_AFTER_WRITE);
    }
  }

  private void compact(Item item, SnapshotMeta base) {
    Failpoints.at(RaftFailpoint.LOG_BEFORE_COMPACT);
    item.client().compact(store, base);
    Failpoints.at(RaftFailpoint.LOG_AFTER_COMPACT);
  }

  private static void tellNewest(List<Item> items) {
    Map<Client, PersistBatch> newest = new LinkedHashMap<>();
    for (Item item : items) {
      if (item.batch().isPresent()) {
        item.client().onDurable(item.batch().get());
        newest.put(item.client(), item.batch().get());
      }
    }
    newest.forEach(Client::onPersisted);
  }

  /** Hears of a write that no running group waits for. */
  private static final class Nobody implements Client {
    @Override
    public void onDurable(PersistBatch batch) {}

    @Override
    public void onPersisted(PersistBatch newest) {}

    @Override
    public void send(Send send, Outbox outbox) {
      throw new AssertionError("nobody sends " + send);
    }

    @Override
    public void compact(LogStore store, SnapshotMeta base) {
      throw new AssertionError("nobody compacts to " + base);
    }
  }
}
