package io.balsa.examples.counter;

import io.balsa.examples.process.Await;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.FreePorts;
import io.balsa.examples.process.Trees;
import io.balsa.examples.readme.EmbeddingExample;
import io.balsa.examples.readme.EmbeddingExample.Counter;
import io.balsa.raft.Outcome;
import io.balsa.raft.RaftNode;
import io.balsa.raft.model.NodeId;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Three nodes in one process, over real sockets and real disks: they count, lose their leader, and count on. */
final class CounterTour {
  private static final Duration LEADER_DEADLINE = Duration.ofSeconds(20);
  private static final int TRIES_MAX = 20;

  /** A node that runs, and its state. */
  private record Running(RaftNode<Long> node, Counter counter) {}

  private final PrintStream out;
  private final Map<NodeId, InetSocketAddress> addresses = new TreeMap<>();
  private final Map<NodeId, Running> running = new TreeMap<>();

  CounterTour(PrintStream out) {
    this.out = out;
  }

  /**
   * Runs it.
   *
   * @throws ExampleException if the counter isn't what it must be
   */
  void run() {
    Path dir = Trees.temporary("balsa-counter-");
    try {
      run(dir);
    } finally {
      running.values().forEach(one -> one.node().close());
      Trees.delete(dir);
    }
  }

  private void run(Path dir) {
    List<Integer> ports = FreePorts.take(3);
    for (int i = 0; i < ports.size(); i++) {
      addresses.put(NodeId.of("n" + (i + 1)), new InetSocketAddress("127.0.0.1", ports.get(i)));
    }
    addresses.keySet().forEach(self -> start(self, dir));
    NodeId leader = awaitAgreement();
    out.println(leader + " leads");
    addresses.keySet().forEach(self -> add(self, 5));
    expect(15);

    stop(leader);
    NodeId successor = awaitAgreement();
    out.println(successor + " leads");
    add(successor, 10);
    expect(25);

    start(leader, dir);
    awaitAgreement();
    expect(25);
    add(leader, 100);
    expect(125);
  }

  private void start(NodeId self, Path dir) {
    Counter counter = new Counter();
    RaftNode<Long> node =
        EmbeddingExample.start(counter, self, addresses, dir.resolve(self.value()));
    running.put(self, new Running(node, counter));
    out.println(self + " runs");
  }

  private RaftNode<Long> node(NodeId self) {
    Running one = running.get(self);
    if (one == null) {
      throw new IllegalArgumentException(self + " doesn't run");
    }
    return one.node();
  }

  private void stop(NodeId self) {
    node(self).close();
    running.remove(self);
    out.println(self + " is stopped");
  }

  /** Adds through the node. Only a rejection may be tried again: anything else could count twice. */
  private void add(NodeId self, long amount) {
    for (int tries = 1; ; tries++) {
      Outcome<Long> outcome = EmbeddingExample.add(node(self), amount);
      if (outcome instanceof Outcome.Committed<Long> committed) {
        out.println(
            self + " adds " + amount + ": " + committed.result() + ", entry " + committed.id());
        return;
      }
      if (outcome instanceof Outcome.Unknown<Long> || tries == TRIES_MAX) {
        throw new ExampleException(self + " can't add " + amount + ": " + outcome);
      }
      awaitAgreement();
    }
  }

  /** Reads through every node that runs. */
  private void expect(long value) {
    running.forEach(
        (self, one) -> {
          long read = EmbeddingExample.read(one.node(), one.counter());
          if (read != value) {
            throw new ExampleException(self + " reads " + read + " instead of " + value);
          }
        });
    out.println("everyone reads " + value);
  }

  /** Waits until all nodes that run follow the same one of them, and says which. */
  private NodeId awaitAgreement() {
    if (!Await.holds(LEADER_DEADLINE, () -> leaders().size() == 1)) {
      List<String> found = running.values().stream().map(one -> "" + one.node().status()).toList();
      throw new ExampleException("no leader that all follow: " + String.join(", ", found));
    }
    return leaders().stream().findFirst().orElseGet(this::awaitAgreement);
  }

  /** Whom the nodes follow; not a single one if one of them doesn't know, or follows a node that is stopped. */
  private Set<NodeId> leaders() {
    Set<NodeId> leaders = new TreeSet<>();
    for (Running one : running.values()) {
      Optional<NodeId> leader = one.node().status().leader().filter(running::containsKey);
      if (leader.isEmpty()) {
        return Set.of();
      }
      leaders.add(leader.get());
    }
    return leaders;
  }
}
