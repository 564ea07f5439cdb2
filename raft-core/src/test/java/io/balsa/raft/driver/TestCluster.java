package io.balsa.raft.driver;

import io.balsa.raft.Outcome;
import io.balsa.raft.RaftConfig;
import io.balsa.raft.RaftNode;
import io.balsa.raft.memory.MemoryLogStore;
import io.balsa.raft.memory.MemoryNetwork;
import io.balsa.raft.memory.MemorySnapshotStore;
import io.balsa.raft.message.Message;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** Three nodes on real threads, over stores and a network in memory. One thread. */
final class TestCluster implements AutoCloseable {
  static final List<NodeId> IDS = List.of(NodeId.of("n1"), NodeId.of("n2"), NodeId.of("n3"));
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  final MemoryNetwork network = new MemoryNetwork();
  private final RaftConfig config;
  private final Supplier<ListMachine> machines;
  private final Map<NodeId, Member> members = new TreeMap<>();

  /** How often each message is sent: 0 loses it. */
  volatile ToIntFunction<Message> copies = message -> 1;

  /** A node and its disks, which outlive it. */
  static final class Member {
    final NodeId id;
    MemoryLogStore disk = new MemoryLogStore();
    FaultyLogStore logStore = new FaultyLogStore(disk);
    MemorySnapshotStore snapshots = new MemorySnapshotStore();
    ListMachine machine;
    RaftNode<String> node;

    private Member(TestCluster cluster, NodeId id) {
      this.id = id;
      this.machine = cluster.machines.get();
      this.node = cluster.start(id, machine, logStore, snapshots);
    }
  }

  TestCluster(RaftConfig config, Supplier<ListMachine> machines) {
    this.config = config;
    this.machines = machines;
    IDS.forEach(id -> members.put(id, new Member(this, id)));
  }

  /** Settings for tests: quick, but with time enough for a busy machine. */
  static RaftConfig.Builder config() {
    return RaftConfig.builder()
        .electionTimeout(Duration.ofMillis(400))
        .heartbeatInterval(Duration.ofMillis(40))
        .proposalTimeout(PATIENCE)
        .readTimeout(PATIENCE);
  }

  private RaftNode<String> start(
      NodeId id, ListMachine machine, FaultyLogStore logStore, MemorySnapshotStore snapshots) {
    return RaftNode.builder(id, machine)
        .initialVoters(IDS.contains(id) ? IDS : List.of())
        .logStore(logStore)
        .snapshotStore(snapshots)
        .transport(new LossyTransport(network.transport(id), message -> copies.applyAsInt(message)))
        .config(config)
        .start();
  }

  /** Starts the member again from its disks; a state machine without a disk of its own begins empty. */
  void restart(Member member) {
    member.node.close();
    member.disk = member.disk.reopen();
    member.logStore = new FaultyLogStore(member.disk);
    member.snapshots = member.snapshots.reopen();
    member.machine =
        member.machine instanceof ListMachine.Durable ? member.machine : machines.get();
    member.node = start(member.id, member.machine, member.logStore, member.snapshots);
  }

  /** Starts a node with empty disks that belongs to no cluster yet. */
  Member newcomer(String name) {
    NodeId id = NodeId.of(name);
    Member member = new Member(this, id);
    members.put(id, member);
    return member;
  }

  List<Member> all() {
    return List.copyOf(members.values());
  }

  /** Waits until one of these leads and the others follow it. */
  Member leaderOf(List<Member> some) {
    await(
        "a leader of " + some.stream().map(m -> m.id).toList(),
        () -> some.stream().anyMatch(m -> leads(m, some)));
    return some.stream().filter(m -> leads(m, some)).findFirst().orElseGet(() -> leaderOf(some));
  }

  private static boolean leads(Member member, List<Member> some) {
    return member.node.status().isLeader()
        && some.stream()
            .allMatch(m -> m.node.status().leader().filter(member.id::equals).isPresent());
  }

  Member leader() {
    return leaderOf(all());
  }

  List<Member> except(Member member) {
    return members.values().stream().filter(m -> m != member).toList();
  }

  Member follower() {
    return except(leader()).get(0);
  }

  /** Proposes until it is committed: elections may come in between. What is unknown isn't proposed again. */
  Outcome.Committed<String> commit(Member at, String command) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Outcome<String> outcome = at.node.propose(Bytes.utf8(command)).join();
      if (outcome instanceof Outcome.Committed<String> committed) {
        return committed;
      }
      if (outcome instanceof Outcome.Unknown<String> || System.nanoTime() > deadline) {
        throw new AssertionError(command + ": " + outcome + "\n" + describe());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no " + what + " after " + PATIENCE + "\n" + describe());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  /** Waits until all of these have applied the same commands, at least so many, and returns them. */
  List<String> awaitSame(List<Member> some, int count) {
    await(
        "agreement on " + count + " commands",
        () -> {
          List<String> commands = some.get(0).machine.commands();
          return commands.size() >= count
              && some.stream().allMatch(m -> m.machine.commands().equals(commands));
        });
    return some.get(0).machine.commands();
  }

  private String describe() {
    StringBuilder text = new StringBuilder();
    for (Member member : members.values()) {
      text.append(member.node.status()).append(" holds ").append(member.machine.last());
      text.append('\n');
    }
    return text.toString();
  }

  @Override
  public void close() {
    members.values().forEach(member -> member.node.close());
  }
}
