package io.balsa.raft.driver;

import io.balsa.raft.message.Message.HostHeartbeat;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.protocol.liveness.HostWatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
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
  private final HostWatch watch;
  private final FailStop failStop;
  private final Map<GroupId, GroupLoop<?>> groups = new HashMap<>();

  /** The groups that aren't in a round, in the order of their deadlines: an idle group costs nothing before its own. */
  private final TreeSet<GroupLoop<?>> byDeadline = new TreeSet<>();

  /** The groups that this round concerns. */
  private final List<GroupLoop<?>> touched = new ArrayList<>();

  private long now;

  /** How many of the round's items were handed on. */
  private int handled;

  private final LongAdder rounds = new LongAdder();

  HostLoop(Inbox inbox, LongSupplier clock, Outlet outlet, HostWatch watch, FailStop failStop) {
    this.inbox = inbox;
    this.clock = clock;
    this.outbox = new Outbox(outlet);
    this.watch = watch;
    this.failStop = failStop;
  }

  /** How often there was something to do. Any thread. */
  long rounds() {
    return rounds.sum();
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
          inbox.await(nextDeadline() - now);
        } else {
          rounds.increment();
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

  /** The group leaves this host, which goes on to vouch for it. So its peers, if they rest, must wake before. */
  void remove(GroupLoop<?> group) {
    if (owns(group) && !group.reliesOn().isEmpty()) {
      group.reliesOn().forEach(peer -> group.step(new Input.PeerSilent(peer), now));
      finishRound(group);
      outbox.flush();
    }
    if (groups.remove(group.group(), group)) {
      byDeadline.remove(group);
      touched.remove(group);
      group.reliesOn().forEach(watch::release);
    }
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

  /** A peer's host is alive. */
  void onHostHeartbeat(NodeId from, HostHeartbeat heartbeat) {
    if (watch.onHeartbeat(from, heartbeat, now)) {
      wakeThoseWhoRelyOn(from);
    }
  }

  private void wakeThoseWhoRelyOn(NodeId peer) {
    for (GroupLoop<?> group : groups.values()) {
      if (group.reliesOn().contains(peer)) {
        touch(group);
        group.step(new Input.PeerSilent(peer), now);
      }
    }
  }

  /** Whether the loop still knows the group. */
  boolean owns(GroupLoop<?> group) {
    return groups.get(group.group()) == group;
  }

  private long nextDeadline() {
    long ofGroups = byDeadline.isEmpty() ? Long.MAX_VALUE : byDeadline.first().deadline();
    return Math.min(ofGroups, watch.nextDeadline());
  }

  private boolean isDue() {
    return nextDeadline() <= now;
  }

  private void finishRound() {
    if (watch.nextDeadline() <= now) {
      watch
          .tick(now, (peer, heartbeat) -> outbox.add(peer, GroupId.HOST, heartbeat))
          .forEach(this::wakeThoseWhoRelyOn);
    }
    while (!byDeadline.isEmpty() && byDeadline.first().deadline() <= now) {
      touch(byDeadline.first());
    }
    for (GroupLoop<?> group : touched) {
      finishRound(group);
    }
    touched.clear();
    outbox.flush();
  }

  private void finishRound(GroupLoop<?> group) {
    List<NodeId> before = group.reliesOn();
    group.finishRound(now, outbox);
    List<NodeId> after = group.reliesOn();
    if (!before.equals(after)) {
      before.forEach(watch::release);
      after.forEach(peer -> watch.rely(peer, now));
    }
    byDeadline.add(group);
  }
}
