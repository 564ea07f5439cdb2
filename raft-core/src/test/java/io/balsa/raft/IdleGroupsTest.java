package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.driver.GroupDriver;
import io.balsa.raft.driver.ProposalListener;
import io.balsa.raft.file.log.FileLogStore;
import io.balsa.raft.memory.MemoryNetwork;
import io.balsa.raft.memory.MemorySnapshotStore;
import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.model.Role;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.Snapshot;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.spi.Transport;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a thousand groups cost three hosts, while nothing happens in them and when something does. */
@Timeout(180)
final class IdleGroupsTest {
  private static final int FEW = 10;
  private static final int MANY = 1_000;
  private static final int TICKS = 20;
  private static final long GROUP_HEAP_BYTES_MAX = 10 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<NodeId> IDS =
      List.of(NodeId.of("n1"), NodeId.of("n2"), NodeId.of("n3"));

  @TempDir private Path directory;

  private final MemoryNetwork network = new MemoryNetwork();
  private final List<Host> hosts = new ArrayList<>();

  @AfterEach
  void closeHosts() {
    hosts.forEach(host -> host.raft.close());
  }

  @Test
  void aThousandIdleGroupsCostNoThreadsNoMessagesNoFlushesAndLittleHeap() {
    startHosts(Duration.ofMillis(300));
    openGroups(FEW);
    awaitRest();
    List<String> threads = threads();
    long heap = usedHeap();

    openGroups(MANY);
    awaitRest();
    assertThat(threads()).isEqualTo(threads);
    assertHeapPerGroup("a new group", heap);
    await(this::aQuietWhile, "hosts that only send each other heartbeats");

    // One flush serves many groups.
    List<Long> flushesBefore = hosts.stream().map(host -> host.store.flushes()).toList();
    List<CompletableFuture<Boolean>> commits = new ArrayList<>();
    for (GroupDriver<Long> group : hosts.get(0).groups) {
      commits.add(propose(group));
    }
    assertThat(commits.stream().map(CompletableFuture::join)).containsOnly(true);
    for (int i = 0; i < IDS.size(); i++) {
      long flushes = hosts.get(i).store.flushes() - flushesBefore.get(i);
      System.out.printf("%s: %d flushes for proposals in %d groups%n", IDS.get(i), flushes, MANY);
      assertThat(flushes).isLessThan(MANY / 4);
    }

    // What that took is given back.
    commits.clear();
    awaitRest();
    assertHeapPerGroup("a group that was used", heap);

    // Nobody asks for anything when the host of most leaders goes.
    Host gone = hosts.stream().max(Comparator.comparingLong(Host::leaders)).orElseThrow();
    assertThat(gone.leaders()).isPositive();
    hosts.remove(gone);
    gone.raft.close();
    await(() -> total(Host::leaders) == MANY, "a leader in each group");
    hosts.get(0).groups.forEach(this::commit);
  }

  /** Nothing tells the others that it is gone, but that it is silent. */
  @Test
  void groupsAtRestNoticeThatTheirLeadersHostIsCutOff() {
    startHosts(Duration.ofMillis(100));
    openGroups(FEW);
    awaitRest();
    Host cut = hosts.stream().max(Comparator.comparingLong(Host::leaders)).orElseThrow();
    network.isolate(cut.id);
    List<Host> others = hosts.stream().filter(host -> host != cut).toList();
    await(() -> others.stream().mapToLong(Host::leaders).sum() == FEW, "a leader in each group");
    await(() -> cut.leaders() == 0, "that the old leaders give up");
    network.heal();
    awaitRest();
  }

  /** The host goes on, and so vouches for the leader: the leader itself must say that it goes. */
  @Test
  void groupsAtRestNoticeThatTheirLeaderIsClosed() {
    startHosts(Duration.ofMillis(100));
    openGroups(FEW);
    awaitRest();
    Host left = hosts.stream().max(Comparator.comparingLong(Host::leaders)).orElseThrow();
    left.groups.forEach(GroupDriver::close);
    left.groups.clear();
    await(() -> total(Host::leaders) == FEW, "a leader in each group");
  }

  @Test
  void heartbeatsOfManyGroupsTravelTogether() {
    startHosts(Duration.ZERO);
    openGroups(MANY);
    await(() -> total(Host::leaders) == MANY, "a leader in each group");
    long heartbeats = total(host -> host.transport.heartbeats.sum());
    long sends = total(host -> host.transport.heartbeatSends.sum());
    await(
        () -> total(host -> host.transport.heartbeats.sum()) - heartbeats >= 20L * MANY,
        "ten heartbeats of each group to each peer");
    long perSend =
        (total(host -> host.transport.heartbeats.sum()) - heartbeats)
            / (total(host -> host.transport.heartbeatSends.sum()) - sends);
    System.out.printf("%d heartbeats of awake groups in one send%n", perSend);
    assertThat(perSend).isGreaterThan(MANY / 20);
  }

  // ---- The cluster

  private void startHosts(Duration quiesceAfter) {
    for (NodeId id : IDS) {
      hosts.add(new Host(id, quiesceAfter));
    }
  }

  /** Opens further groups, until there are so many. */
  private void openGroups(int count) {
    long begun = System.nanoTime();
    int before = hosts.get(0).groups.size();
    for (int g = before; g < count; g++) {
      for (Host host : hosts) {
        host.groups.add(host.raft.openGroupDriver(GroupId.of(g), new Counter(), IDS));
      }
    }
    System.out.printf(
        "%d groups were opened on %d hosts in %d ms%n",
        count - before, hosts.size(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
  }

  private void awaitRest() {
    await(() -> hosts.stream().allMatch(Host::rests), "that all groups rest");
  }

  /** Whether the next few heartbeats of the hosts are all that happens meanwhile. */
  private boolean aQuietWhile() {
    long ticks = hosts.get(0).transport.hostHeartbeats.sum();
    List<Long> before = hosts.stream().map(host -> host.store.flushes()).toList();
    long messages = total(host -> host.transport.messages.sum());
    long rounds = total(host -> host.raft.driver().loopRounds());
    int peers = IDS.size() - 1;
    await(
        () -> hosts.get(0).transport.hostHeartbeats.sum() - ticks >= (long) TICKS * peers,
        "heartbeats of the host");
    long roundsMax = (long) IDS.size() * (1 + peers) * (TICKS + 2);
    return total(host -> host.transport.messages.sum()) == messages
        && hosts.stream().map(host -> host.store.flushes()).toList().equals(before)
        && total(host -> host.raft.driver().loopRounds()) - rounds <= roundsMax;
  }

  private long total(ToLongFunction<Host> count) {
    return hosts.stream().mapToLong(count).sum();
  }

  private void assertHeapPerGroup(String what, long before) {
    long bytes = (usedHeap() - before) / ((MANY - FEW) * IDS.size());
    System.out.printf("%s at rest takes %d bytes of heap on each host%n", what, bytes);
    assertThat(bytes).isLessThan(GROUP_HEAP_BYTES_MAX);
  }

  private void commit(GroupDriver<Long> group) {
    await(() -> propose(group).join(), "a commit in " + group.group());
  }

  private static CompletableFuture<Boolean> propose(GroupDriver<Long> group) {
    CompletableFuture<Boolean> committed = new CompletableFuture<>();
    group.propose(Bytes.ofLong(1), new Listener(committed));
    return committed;
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("balsa-"))
        .sorted()
        .toList();
  }

  /** What is reachable. The serial collector compacts only in every fourth collection; the others leave gaps. */
  private long usedHeap() {
    long used = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      used = Math.min(used, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }
    Reference.reachabilityFence(hosts);
    return used;
  }

  private static void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for %s", what).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  private final class Host {
    final NodeId id;
    final FileLogStore store;
    final CountingTransport transport;
    final RaftHost raft;
    final List<GroupDriver<Long>> groups = new ArrayList<>();

    Host(NodeId id, Duration quiesceAfter) {
      this.id = id;
      this.store = FileLogStore.at(directory.resolve(id.value()));
      this.transport = new CountingTransport(network.transport(id));
      this.raft =
          RaftHost.builder(id)
              .transport(transport)
              .logStore(store)
              .snapshotStore(new MemorySnapshotStore())
              .config(RaftConfig.builder().quiesceAfter(quiesceAfter).build())
              .start();
    }

    boolean rests() {
      return groups.stream().allMatch(group -> group.status().rests());
    }

    long leaders() {
      return groups.stream().filter(group -> group.status().role() == Role.LEADER).count();
    }
  }

  /** Counts what leaves a host. */
  private static final class CountingTransport implements Transport {
    final LongAdder hostHeartbeats = new LongAdder();
    final LongAdder messages = new LongAdder();
    final LongAdder heartbeats = new LongAdder();
    final LongAdder heartbeatSends = new LongAdder();
    private final Transport target;

    CountingTransport(Transport target) {
      this.target = target;
    }

    @Override
    public void start(Inbound inbound) {
      target.start(inbound);
    }

    @Override
    public void send(NodeId to, List<GroupMessage> sent) {
      long ofHosts =
          sent.stream().filter(m -> m.message() instanceof Message.HostHeartbeat).count();
      long ofGroups =
          sent.stream().filter(m -> m.message() instanceof Message.HeartbeatRequest).count();
      hostHeartbeats.add(ofHosts);
      messages.add(sent.size() - ofHosts);
      heartbeats.add(ofGroups);
      heartbeatSends.add(ofGroups > 0 ? 1 : 0);
      target.send(to, sent);
    }

    @Override
    public void close() {
      target.close();
    }
  }

  /** The smallest state machine, so that a group's own cost is what is measured. */
  private static final class Counter implements StateMachine<Long> {
    private long value;

    @Override
    public Long apply(EntryId id, Bytes command) {
      value += command.getLong(0);
      return value;
    }

    @Override
    public Snapshot capture() {
      long captured = value;
      return sink -> sink.writeLong(captured);
    }

    @Override
    public void restore(SnapshotMeta meta, DataInputStream snapshot) throws IOException {
      value = snapshot.readLong();
    }
  }

  private record Listener(CompletableFuture<Boolean> committed) implements ProposalListener<Long> {
    @Override
    public void onCommitted(EntryId id, Long result) {
      committed.complete(true);
    }

    @Override
    public void onRejected(RejectReason reason, Optional<NodeId> leader) {
      committed.complete(false);
    }

    @Override
    public void onUnknown() {
      committed.complete(false);
    }

    @Override
    public void onStopped(NodeStoppedException reason) {
      committed.completeExceptionally(reason);
    }
  }
}
