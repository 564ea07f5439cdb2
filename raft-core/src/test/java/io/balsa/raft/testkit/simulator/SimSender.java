package io.balsa.raft.testkit.simulator;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.protocol.Ready;
import io.balsa.raft.protocol.Send;
import io.balsa.raft.testkit.invariant.LogImage;
import io.balsa.raft.testkit.invariant.PropertyViolation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** One life's sender: lets go what may leave at once, holds the rest until it is durable, fills appends with entries. */
final class SimSender {
  private record WaitingSend(long afterPersistId, Send send) {}

  private final World world;
  private final SimNode<?> node;
  private final SimNode.Peers peers;
  private final SplittableRandom random;
  private final Deque<WaitingSend> waiting = new ArrayDeque<>();

  /** What has to leave in order once the sender hangs no more. */
  private final Deque<Send> held = new ArrayDeque<>();

  private final Stall stall;

  SimSender(World world, SimNode<?> node, SimNode.Peers peers, SplittableRandom random) {
    this.world = world;
    this.node = node;
    this.peers = peers;
    this.random = random;
    this.stall = new Stall(world, node, this::sendHeld);
  }

  void stall(long nanos) {
    stall.begin(nanos);
  }

  void heal() {
    stall.end();
  }

  void take(Ready ready) {
    for (int i = 0; i < ready.sends().size(); i++) {
      if (i > 0) {
        world.pass(CrashPoint.SENDS_HALF_OUT, node);
      }
      send(ready.sends().get(i));
    }
    if (world.has(PlantedBug.SENDS_BEFORE_PERSIST)) {
      ready.sendsAfterPersist().forEach(this::send);
    } else {
      for (Send send : ready.sendsAfterPersist()) {
        waiting.addLast(new WaitingSend(ready.afterPersistId(), send));
      }
    }
    if (!ready.sends().isEmpty()) {
      world.pass(CrashPoint.SENDS_OUT, node);
    }
  }

  /** Everything through this batch is durable. */
  void release(long durableId) {
    boolean any = false;
    while (!waiting.isEmpty() && waiting.peekFirst().afterPersistId() <= durableId) {
      if (any) {
        world.pass(CrashPoint.SENDS_HALF_RELEASED, node);
      }
      any = true;
      send(waiting.removeFirst().send());
    }
    if (any) {
      world.pass(CrashPoint.SENDS_RELEASED_NOT_REPORTED, node);
    }
  }

  private void send(Send send) {
    held.addLast(send);
    sendHeld();
  }

  private void sendHeld() {
    boolean late = held.size() > 1;
    while (!held.isEmpty() && !stall.isOn()) {
      if (late) {
        world.onDisturbed(node.id()); // it was decided upon while answers came
      }
      letGo(held.removeFirst());
    }
  }

  private void letGo(Send send) {
    send.accept(
        new Send.Visitor<Optional<Void>>() {
          @Override
          public Optional<Void> onDeliver(Send.Deliver deliver) {
            peers.send(node.id(), deliver.to(), deliver.message());
            passWhatLeft(deliver.message());
            return Optional.empty();
          }

          @Override
          public Optional<Void> onAppend(Send.Append append) {
            sendEntriesLater(append);
            return Optional.empty();
          }

          @Override
          public Optional<Void> onSendSnapshot(Send.SendSnapshot sendSnapshot) {
            peers.sendSnapshot(node.id(), sendSnapshot);
            return Optional.empty();
          }
        });
  }

  private void passWhatLeft(Message message) {
    if (message instanceof Message.VoteResponse response && response.granted()) {
      world.pass(CrashPoint.VOTE_LEFT, node);
    } else if (message instanceof Message.TimeoutNow) {
      world.pass(CrashPoint.HANDOVER_SENT, node);
    }
  }

  private void sendEntriesLater(Send.Append append) {
    if (world.swarm().readEntriesNanos == 0) {
      sendEntries(append);
    } else {
      node.after(random.nextLong(world.swarm().readEntriesNanos), () -> sendEntries(append));
    }
  }

  /** Reads the entries and sends them in one message, or, as if they were too large for one, in two. */
  private void sendEntries(Send.Append append) {
    LogImage log = node.cache();
    if (!log.holds(append.last()) || !log.holds(append.prev())) {
      world.reached(Reached.APPEND_NOT_FILLED);
      return;
    }
    List<Entry> entries = log.entries(append.prev().index() + 1, append.last().index());
    checkFits(entries);
    if (!entries.isEmpty()) {
      world.pass(CrashPoint.READ_FAILS, node);
    }
    int split = entries.size() > 1 && random.nextInt(4) == 0 ? entries.size() / 2 : 0;
    if (split > 0) {
      sendRequest(append, append.prev(), entries.subList(0, split));
      sendRequest(append, entries.get(split - 1).id(), entries.subList(split, entries.size()));
    } else {
      sendRequest(append, append.prev(), entries);
    }
  }

  /** The core measures entries by the granule: exactly enough for this only where commands are of one size. */
  private void checkFits(List<Entry> entries) {
    long bytes = entries.stream().mapToLong(Entry::sizeBytes).sum();
    boolean tooMany = entries.size() > 1 && bytes > 2 * world.swarm().appendBytesMax + 256;
    if (tooMany && world.hasEvenCommands()) {
      throw new PropertyViolation(
          "AppendsFit",
          node.id() + " sends " + entries.size() + " entries of " + bytes + " bytes in one append");
    }
  }

  private void sendRequest(Send.Append append, EntryId prev, List<Entry> entries) {
    peers.send(
        node.id(),
        append.to(),
        new Message.AppendRequest(append.term(), prev, entries, append.leaderCommit()));
  }
}
