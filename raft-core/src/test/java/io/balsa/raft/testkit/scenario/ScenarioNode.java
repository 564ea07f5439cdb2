package io.balsa.raft.testkit.scenario;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.Role;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.CoreConfig;
import io.balsa.raft.protocol.CoreStatus;
import io.balsa.raft.protocol.Describe;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.protocol.RaftCore;
import io.balsa.raft.protocol.ReadDecision;
import io.balsa.raft.protocol.Ready;
import io.balsa.raft.protocol.Send;
import io.balsa.raft.testkit.invariant.LogImage;
import io.balsa.raft.testkit.invariant.NodeView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One node of a scenario: the real core and the smallest driver that obeys it. Writes become durable and entries are
 * applied within the step that asks for it, unless writes are held back; messages wait for the scenario to deliver them.
 */
final class ScenarioNode implements NodeView {
  private static final int WAKEUPS_MAX = 1_000;

  private record WaitingSend(long afterPersistId, Send send) {}

  private final ScenarioCluster cluster;
  private final CoreConfig config;
  private final long seed;
  private final SnapshotMeta birth;

  private RaftCore core;
  private CoreStatus status;
  private LogImage cache;
  private LogImage platter;
  private Optional<SnapshotMeta> snapshot = Optional.empty();

  /** What was sent to others, by the transfer's id. */
  private final SortedMap<Long, SnapshotMeta> sentSnapshots = new TreeMap<>();

  private boolean running = true;
  private long incarnation = 1;
  private long nowNanos;

  private final Deque<PersistBatch> unwritten = new ArrayDeque<>();
  private final List<WaitingSend> waitingSends = new ArrayList<>();
  private final List<ReadDecision.Granted> waitingReads = new ArrayList<>();

  /** What the node owes itself: completions, fed one by one. */
  private final Deque<Input> completions = new ArrayDeque<>();

  private long durableId;
  private boolean holdsWrites;

  ScenarioNode(ScenarioCluster cluster, CoreConfig config, long seed, LogImage platter) {
    this.cluster = cluster;
    this.config = config;
    this.seed = seed;
    this.platter = platter;
    this.birth = platter.base();
    this.cache = platter.copy();
    this.core = RaftCore.restore(config, platter.restored(incarnation), appliedIndex(), seed, 0);
    this.status = core.status();
  }

  private long appliedIndex() {
    return snapshot.map(SnapshotMeta::index).orElse(platter.base().index());
  }

  // What the properties see.

  @Override
  public NodeId id() {
    return config.self();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public long incarnation() {
    return incarnation;
  }

  @Override
  public CoreStatus status() {
    return status;
  }

  @Override
  public LogImage cache() {
    return cache;
  }

  @Override
  public LogImage platter() {
    return platter;
  }

  // Time.

  void passTime(long nanos) {
    long target = nowNanos + nanos;
    for (int wakeups = 0; running && core.nextDeadline() <= target; wakeups++) {
      if (wakeups == WAKEUPS_MAX) {
        throw new IllegalStateException(id() + " wants to be woken for ever");
      }
      wakeAt(core.nextDeadline());
    }
    nowNanos = target;
  }

  /** Time goes on without the node being told: it learns it with its next input. */
  void driftTime(long nanos) {
    nowNanos += nanos;
  }

  /** Wakes the node at its own deadlines until it campaigns; a leader, until an election timeout has passed. */
  void passElectionTimeout() {
    if (status.role() == Role.LEADER) {
      passTime(config.electionTimeoutNanos());
      return;
    }
    CoreStatus before = status;
    long limit = nowNanos + 3 * config.electionTimeoutNanos();
    while (status.role() == before.role()
        && status.term() == before.term()
        && core.nextDeadline() <= limit) {
      long deadline = core.nextDeadline();
      wakeAt(deadline);
      if (before.role() != Role.FOLLOWER) {
        return;
      }
    }
  }

  private void wakeAt(long deadline) {
    nowNanos = Math.max(nowNanos, deadline);
    step(new Input.TimePassed());
  }

  // Inputs.

  /** Feeds an input and everything that completes because of it. */
  void step(Input input) {
    if (!running) {
      cluster.print(id() + " is down: lost " + Describe.input(input));
      return;
    }
    stepOnce(input);
    while (!completions.isEmpty()) {
      stepOnce(completions.removeFirst());
    }
  }

  private void stepOnce(Input input) {
    CoreStatus before = status;
    core.step(nowNanos, input);
    status = core.status();
    Ready ready = core.takeReady();
    List<String> lines = changes(before);
    lines.addAll(Describe.ready(ready));
    if (!lines.isEmpty() || isNews(input)) {
      cluster.print(id() + " <- " + Describe.input(input));
      lines.forEach(line -> cluster.print("   " + line));
    }
    carryOut(ready);
  }

  private static boolean isNews(Input input) {
    return !(input instanceof Input.TimePassed
        || input instanceof Input.Persisted
        || input instanceof Input.Applied);
  }

  private List<String> changes(CoreStatus before) {
    List<String> lines = new ArrayList<>();
    if (before.role() != status.role() || before.term() != status.term()) {
      lines.add("becomes " + Describe.role(status.role()) + " t" + status.term());
    }
    if (!before.leader().equals(status.leader())) {
      lines.add("leader " + status.leader().map(NodeId::value).orElse("-"));
    }
    if (before.rests() != status.rests()) {
      lines.add(status.rests() ? "rests" : "wakes");
    }
    if (before.commitIndex() != status.commitIndex()) {
      lines.add("commit " + status.commitIndex());
    }
    return lines;
  }

  private void carryOut(Ready ready) {
    cluster.invariants().onReady(this, ready);
    ready.persist().ifPresent(this::write);
    cluster.invariants().onStepped(this);
    ready.sends().forEach(this::send);
    for (Send send : ready.sendsAfterPersist()) {
      waitingSends.add(new WaitingSend(ready.afterPersistId(), send));
    }
    releaseSends();
    ready.install().ifPresent(this::install);
    ready.apply().ifPresent(range -> apply(range.fromIndex(), range.throughIndex()));
    ready.compact().ifPresent(this::compact);
    for (ReadDecision read : ready.reads()) {
      if (read instanceof ReadDecision.Granted granted) {
        waitingReads.add(granted);
      }
    }
    serveReads();
    if (!holdsWrites) {
      persist(Integer.MAX_VALUE);
    }
  }

  // The disk.

  private void write(PersistBatch batch) {
    cache.write(batch);
    unwritten.addLast(batch);
  }

  void holdWrites() {
    holdsWrites = true;
  }

  void releaseWrites() {
    holdsWrites = false;
    persistNow(Integer.MAX_VALUE);
  }

  /** The oldest writes become durable, and the core hears of it. */
  void persistNow(int count) {
    persist(count);
    while (!completions.isEmpty()) {
      stepOnce(completions.removeFirst());
    }
  }

  private void persist(int count) {
    for (int i = 0; i < count && !unwritten.isEmpty(); i++) {
      PersistBatch batch = unwritten.removeFirst();
      platter.write(batch);
      durableId = batch.persistId();
      cluster.invariants().onDurable(this, batch);
      releaseSends();
      completions.addLast(new Input.Persisted(durableId));
    }
  }

  private void compact(SnapshotMeta base) {
    cache.compact(base);
    platter.compact(base);
  }

  // The network.

  private void releaseSends() {
    while (!waitingSends.isEmpty() && waitingSends.get(0).afterPersistId() <= durableId) {
      send(waitingSends.remove(0).send());
    }
  }

  private void send(Send send) {
    send.accept(
        new Send.Visitor<Optional<Void>>() {
          @Override
          public Optional<Void> onDeliver(Send.Deliver deliver) {
            cluster.send(ScenarioNode.this, deliver.to(), deliver.message());
            return Optional.empty();
          }

          @Override
          public Optional<Void> onAppend(Send.Append append) {
            sendEntries(append);
            return Optional.empty();
          }

          @Override
          public Optional<Void> onSendSnapshot(Send.SendSnapshot sendSnapshot) {
            sendSnapshot(sendSnapshot);
            return Optional.empty();
          }
        });
  }

  private void sendEntries(Send.Append append) {
    if (!cache.holds(append.last()) || !cache.holds(append.prev())) {
      return;
    }
    List<Entry> entries = cache.entries(append.prev().index() + 1, append.last().index());
    cluster.send(
        this,
        append.to(),
        new Message.AppendRequest(append.term(), append.prev(), entries, append.leaderCommit()));
  }

  private void sendSnapshot(Send.SendSnapshot send) {
    if (snapshot.isEmpty() || snapshot.get().index() < send.atLeast()) {
      takeSnapshot();
    }
    SnapshotMeta meta = snapshot.orElseThrow();
    sentSnapshots.put(meta.index(), meta);
    cluster.send(
        this,
        send.to(),
        new Message.InstallSnapshotRequest(send.term(), meta, meta.index(), 0, Bytes.EMPTY, true));
  }

  /** A message arrives; those about snapshots are for the driver, all others for the core. */
  void receive(Envelope envelope) {
    if (running && envelope.message() instanceof Message.InstallSnapshotRequest request) {
      storeSnapshot(request.meta());
      cluster.send(
          this,
          envelope.from(),
          new Message.InstallSnapshotResponse(request.term(), request.transferId(), 0));
      step(new Input.SnapshotReceived(envelope.from(), request.meta()));
    } else if (running && envelope.message() instanceof Message.InstallSnapshotResponse response) {
      SnapshotMeta sent = Objects.requireNonNull(sentSnapshots.get(response.transferId()));
      step(new Input.SnapshotSent(envelope.from(), sent));
    } else {
      step(new Input.Received(envelope.from(), envelope.message()));
    }
  }

  // The state machine: nothing but how far it got, and the snapshots of it.

  private void apply(long fromIndex, long throughIndex) {
    for (Entry entry : cache.entries(fromIndex, throughIndex)) {
      cluster.invariants().onApplied(this, entry);
    }
    completions.addLast(new Input.Applied(throughIndex));
  }

  private void install(SnapshotMeta meta) {
    if (!snapshot.equals(Optional.of(meta))) {
      throw new IllegalStateException(id() + " installs " + meta + " but holds " + snapshot);
    }
    cluster.invariants().onInstalled(this, meta);
    completions.addLast(new Input.Applied(meta.index()));
  }

  private void serveReads() {
    for (ReadDecision.Granted read : List.copyOf(waitingReads)) {
      if (read.readIndex() <= status.appliedIndex()) {
        cluster.print("   read " + read.readId() + " sees " + status.appliedIndex());
        waitingReads.remove(read);
      }
    }
  }

  private void storeSnapshot(SnapshotMeta meta) {
    if (snapshot.isEmpty() || snapshot.get().index() < meta.index()) {
      snapshot = Optional.of(meta);
    }
  }

  private void takeSnapshot() {
    EntryId last = cache.idAt(status.appliedIndex()).orElseThrow();
    storeSnapshot(new SnapshotMeta(last, cache.membershipAt(last.index())));
  }

  @Override
  public long snapshotIndex() {
    return snapshot.map(SnapshotMeta::index).orElse(birth.index());
  }

  /** Takes a snapshot and lets the log begin after the index. */
  void compactThrough(long throughIndex) {
    takeSnapshot();
    step(new Input.SnapshotTaken(status.appliedIndex(), throughIndex));
  }

  // Crashes.

  void crash() {
    running = false;
    unwritten.clear();
    waitingSends.clear();
    waitingReads.clear();
    completions.clear();
    cache = platter.copy();
    cluster.invariants().onCrashed(this);
  }

  /** The disk is lost; a new, blank one knows what the node was born with, or nothing. */
  void wipe(boolean asNewcomer) {
    if (running) {
      throw new IllegalStateException(id() + " is running");
    }
    cluster.invariants().onWiped(this);
    platter = new LogImage(asNewcomer ? SnapshotMeta.NONE : birth);
    cache = platter.copy();
    snapshot = Optional.empty();
    restart();
  }

  void restart() {
    if (running) {
      throw new IllegalStateException(id() + " is running");
    }
    running = true;
    incarnation++;
    durableId = 0;
    holdsWrites = false;
    recover();
    core =
        RaftCore.restore(
            config, platter.restored(incarnation), appliedIndex(), seed + incarnation, nowNanos);
    status = core.status();
    start();
  }

  /** A snapshot that was received and not yet written into the log takes the log's place. */
  private void recover() {
    if (snapshot.isPresent() && snapshot.get().index() > platter.base().index()) {
      SnapshotMeta meta = snapshot.get();
      if (!platter.holds(meta.last())) {
        platter.resetTo(meta);
      }
    }
    cache = platter.copy();
  }

  /** Carries out what the core owes from the beginning. */
  void start() {
    cluster.invariants().onStarted(this);
    carryOut(core.takeReady());
    while (!completions.isEmpty()) {
      stepOnce(completions.removeFirst());
    }
  }
}
