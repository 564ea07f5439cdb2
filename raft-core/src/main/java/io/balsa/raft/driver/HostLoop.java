package io.balsa.raft.driver;

import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeStoppedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The event loop, on the thread "balsa-loop": drains the inbox, feeds the cores of the groups concerned, carries out one
 * {@code Ready} of each, and sleeps until there is more or a deadline comes. The only caller of the cores.
 */
final class HostLoop implements Runnable {
  /** More wait for the next round, so that deadlines are looked at in between. */
  private static final int ITEMS_PER_ROUND_MAX = 10_000;

  private final Inbox inbox;
  private final LongSupplier clock;
  private final Outbox outbox;
  private final FailStop failStop;
  private final Map<GroupId, GroupLoop<?>> groups = new HashMap<>();

  /** The groups that aren't in a round, in the order of their deadlines: an idle group costs nothing before its own. */
  private final TreeSet<GroupLoop<?>> byDeadline = new TreeSet<>();

  /** The groups that this round concerns. */
  private final List<GroupLoop<?>> touched = new ArrayList<>();

  private long now;

  /** How many of the round's items were handed on. */
  private int handled;

  HostLoop(Inbox inbox, LongSupplier clock, Outlet outlet, FailStop failStop) {
    this.inbox = inbox;
    this.clock = clock;
    this.outbox = new Outbox(outlet);
    this.failStop = failStop;
  }

  @Override
  public void run() {
    List<InboxItem> items = new ArrayList<>();
    try {
      while (!inbox.isClosed()) {
        inbox.drainTo(items, ITEMS_PER_ROUND_MAX);
        // Read after the drain: what is in the round happened before it.
        now = clock.getAsLong();
        for (handled = 0; handled < items.size(); handled++) {
          items.get(handled).onLoop(this);
        }
        boolean idle = items.isEmpty() && !isDue();
        items.clear();
        handled = 0;
        if (idle) {
          inbox.await(byDeadline.isEmpty() ? Long.MAX_VALUE : byDeadline.first().deadline() - now);
        } else {
          finishRound();
        }
      }
    } catch (Throwable t) {
      failStop.fail("the event loop failed", t);
      // What it held in its hands when it failed is nobody else's.
      for (InboxItem item : items.subList(handled, items.size())) {
        item.onDiscard(new NodeStoppedException("the event loop failed", t));
      }
    }
  }

  /** The round's time. */
  long now() {
    return now;
  }

  void add(GroupLoop<?> group) {
    groups.put(group.group(), group);
    touch(group);
  }

  void remove(GroupLoop<?> group) {
    groups.remove(group.group(), group);
    byDeadline.remove(group);
    touched.remove(group);
  }

  @Nullable GroupLoop<?> group(GroupId id) {
    return groups.get(id);
  }

  List<GroupLoop<?>> groups() {
    return List.copyOf(groups.values());
  }

  /** Has the round end with the group's {@code Ready}. To be called before the group is changed. */
  void touch(GroupLoop<?> group) {
    if (group.touch()) {
      byDeadline.remove(group);
      touched.add(group);
    }
  }

  /** Whether the loop still knows the group. */
  boolean owns(GroupLoop<?> group) {
    return groups.get(group.group()) == group;
  }

  private boolean isDue() {
    return !byDeadline.isEmpty() && byDeadline.first().deadline() <= now;
  }

  private void finishRound() {
    while (isDue()) {
      touch(byDeadline.first());
    }
    for (GroupLoop<?> group : touched) {
      group.finishRound(now, outbox);
      byDeadline.add(group);
    }
    touched.clear();
    outbox.flush();
  }
}
