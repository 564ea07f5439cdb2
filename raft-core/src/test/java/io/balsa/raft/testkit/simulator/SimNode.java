package io.balsa.raft.testkit.simulator;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.Role;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.Standing;
import io.balsa.raft.protocol.CoreConfig;
import io.balsa.raft.protocol.CoreStatus;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.protocol.RaftCore;
import io.balsa.raft.protocol.ReadDecision;
import io.balsa.raft.protocol.Ready;
import io.balsa.raft.protocol.Send;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.testkit.invariant.LogImage;
import io.balsa.raft.testkit.invariant.NodeView;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * One simulated node: the real core, and a driver whose loop, log writer, sender and applier are events instead of threads.
 * What survives a crash is its disk.
 */
final class SimNode<S extends StateMachine<?>> implements NodeView {
  /** The node's other half: how it reaches the rest of the cluster. */
  interface Peers {
    void send(NodeId from, NodeId to, Message message);

    void sendSnapshot(NodeId from, Send.SendSnapshot send);
  }

  private static final long LOOP_NANOS = 50_000;
  private static final int WORSE_CLOCKS = 5;

  private final World world;
  private final Peers peers;
  private final SimSubject<S> subject;
  private final CoreConfig config;
  private final SimClock clock;
  private final SplittableRandom random;
  private final SimDisk disk;

  // One life of the node, from start to crash.
  private RaftCore core;
  private CoreStatus status;
  private SimApplier<S> applier;
  private Requests requests;
  private boolean running;
  private boolean lostDisk;
  private boolean paused;
  private long incarnation;
  private final Deque<Input> inbox = new ArrayDeque<>();
  private final Deque<Runnable> postponed = new ArrayDeque<>();
  private SimSender sender;
  private Stall snapshotReader;
  private boolean turnScheduled;
  private final Set<Long> leaseReads = new TreeSet<>();
  private long wakeAt = Long.MAX_VALUE;
  private boolean timerLost;
  private SimWatch watch;

  SimNode(
      World world,
      Peers peers,
      SimSubject<S> subject,
      NodeId id,
      SnapshotMeta base,
      SplittableRandom random) {
    this.world = world;
    this.peers = peers;
    this.subject = subject;
    this.random = random;
    this.config = config(world.swarm(), id);
    this.disk = new SimDisk(world, this, base, random.split());
    this.clock = new SimClock(random.nextLong(1_000_000_000L), drift(id));
    start();
  }

  /** Up to a tenth faster or slower; one node in some runs twice as fast. */
  private long drift(NodeId id) {
    if (id.value().equals("n" + world.swarm().fastClock())) {
      world.reached(Reached.FAST_CLOCK);
      return 1_000_000;
    }
    boolean worse = world.has(PlantedBug.CLOCKS_WORSE_THAN_DECLARED);
    if (!worse && !world.swarm().has(FaultKind.DRIFTS)) {
      return 0;
    }
    world.reached(Reached.DRIFT);
    int ppmMax = SimClock.DRIFT_PPM_MAX * (worse ? WORSE_CLOCKS : 1);
    return random.nextLong(-ppmMax, ppmMax + 1);
  }

  private static CoreConfig config(Swarm swarm, NodeId id) {
    return new CoreConfig(
        id,
        GroupId.ONLY,
        swarm.electionNanos,
        swarm.heartbeatNanos,
        swarm.appendEntriesMax,
        swarm.appendBytesMax,
        swarm.inflightAppendsMax,
        swarm.inflightBytesMax,
        swarm.uncommittedBytesMax,
        1 << 16,
        swarm.leaseClockDriftPpm,
        swarm.quiesceAfterNanos);
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
    return disk.cache();
  }

  @Override
  public LogImage platter() {
    return disk.platter();
  }

  @Override
  public long snapshotIndex() {
    return disk.latestSnapshot().map(snapshot -> snapshot.meta().index()).orElse(0L);
  }

  SimDisk disk() {
    return disk;
  }

  SimApplier<S> applier() {
    return applier;
  }

  Requests requests() {
    return requests;
  }

  SimSender sender() {
    return sender;
  }

  /** Hangs now and then: what it reads leaves later. */
  Stall snapshotReader() {
    return snapshotReader;
  }

  boolean isPaused() {
    return paused;
  }

  boolean isLeader() {
    return running && status.role() == Role.LEADER;
  }

  // Life and death.

  private void start() {
    incarnation++;
    world.pass(CrashPoint.RECOVERY_BEGINS, this);
    disk.recover().forEach(note -> world.trace().note(id().value(), note));
    world.pass(CrashPoint.RECOVERY_LOG_READ, this);
    applier = new SimApplier<>(world, this, subject.create());
    applier.recover();
    world.pass(CrashPoint.RECOVERY_SNAPSHOT_RESTORED, this);
    sender = new SimSender(world, this, peers, random.split());
    snapshotReader = new Stall(world, this, () -> {});
    requests = new Requests(world, this, incarnation, Optional.ofNullable(requests));
    long seed = random.nextLong();
    core =
        RaftCore.restore(
            config, platter().restored(incarnation), applier.appliedIndex(), seed, localNow());
    world.pass(CrashPoint.RECOVERY_ENDS, this);
    status = core.status();
    watch = new SimWatch(config, incarnation);
    running = true;
    paused = false;
    timerLost = false;
    wakeAt = Long.MAX_VALUE;
    world.invariants().onStarted(this);
    scheduleTurn();
  }

  /**
   * @param how said in the trace
   */
  void crash(String how) {
    world
        .trace()
        .note(id().value(), (disk.isWriting() ? "crashes while writing " : "crashes ") + how);
    world.reached(disk.isWriting() ? Reached.CRASH_WHILE_WRITING : Reached.CRASH);
    running = false;
    paused = false;
    inbox.clear();
    postponed.clear();
    turnScheduled = false;
    disk.crash();
    world.invariants().onCrashed(this);
    requests.abandon();
  }

  /** While it is down: it comes back under its old name and knows nothing any more. */
  void loseDisk() {
    lostDisk = true;
    world.invariants().onWiped(this);
    disk.replace();
  }

  /** Whether its disk shows nothing of a life of this node. */
  boolean hasBlankDisk() {
    return platter().hardState().equals(HardState.INITIAL) && platter().lastIndex() == 0;
  }

  /** Everything that was handed to the disk gets there first. */
  void stop() {
    disk.writeAll();
    crash("on purpose, with nothing left to write");
  }

  void restart() {
    if (!running) {
      world.trace().note(id().value(), "restarts");
      world.reached(Reached.RESTART);
      start();
    }
  }

  void pause() {
    paused = true;
  }

  void resume() {
    if (!paused) {
      return;
    }
    paused = false;
    world.onDisturbed(id());
    timerLost = world.has(PlantedBug.TIMER_LOST_AFTER_PAUSE);
    while (!postponed.isEmpty() && !paused && running) {
      postponed.removeFirst().run();
    }
    scheduleTurn();
  }

  /** Ends whatever is wrong with it. */
  void heal() {
    restart();
    disk.heal();
    resume();
    applier.heal();
    sender.heal();
    snapshotReader.end();
  }

  void jumpClock(long nanos) {
    clock.jump(nanos);
    scheduleTurn();
  }

  /** Its clock runs at another rate from now on. */
  void drift(long partsPerMillion) {
    clock.changeRate(world.queue().now(), partsPerMillion);
    scheduleTurn();
  }

  /** Something that this node, in this life, does later; while it is paused, not before it goes on. */
  void after(long delayNanos, Runnable action) {
    long life = incarnation;
    world
        .queue()
        .after(
            delayNanos,
            () -> {
              if (running && life == incarnation) {
                runOrPostpone(action);
              }
            });
  }

  private void runOrPostpone(Runnable action) {
    if (paused) {
      postponed.addLast(action);
    } else {
      action.run();
    }
  }

  // The loop.

  private long localNow() {
    return clock.localTime(world.queue().now());
  }

  /** Hands an input to the loop, which takes all that has come when its turn is. */
  void feed(Input input) {
    if (running) {
      if (input instanceof Input.PeerUnreachable) {
        world.onDisturbed(id());
      }
      inbox.addLast(input);
      scheduleTurn();
    }
  }

  /** Takes back the membership changes that were asked for and not looked at yet, for instance because the node is paused. */
  void withdrawChanges() {
    for (Input input : List.copyOf(inbox)) {
      if (input instanceof Input.ChangeMembership change) {
        inbox.remove(input);
        requests.withdraw(change.proposalId());
      }
    }
  }

  void scheduleTurn() {
    if (running && !turnScheduled) {
      turnScheduled = true;
      after(
          1 + random.nextLong(LOOP_NANOS),
          () -> {
            turnScheduled = false;
            turn();
          });
    }
  }

  private void turn() {
    long now = localNow();
    Optional<NodeId> target = core.transferTarget();
    requests.takeProposals().forEach(inbox::addLast);
    while (!inbox.isEmpty()) {
      Input input = inbox.removeFirst();
      if (input instanceof Input.ReadBarrier read && read.byLease()) {
        leaseReads.add(read.readId());
      }
      step(now, input);
    }
    watchOthers(now);
    if (core.nextDeadline() <= now && !timerLost) {
      step(now, new Input.TimePassed());
    }
    Role before = status.role();
    Standing stood = status.standing();
    long commitBefore = status.commitIndex();
    status = core.status();
    countStanding(stood);
    Ready ready = core.takeReady();
    if (before == Role.LEADER && status.role() != Role.LEADER) {
      countHandover(target, ready);
    }
    world.trace().ready(id(), ready, status);
    world.invariants().onReady(this, ready);
    world.changes().onReady(this, ready);
    if (ready.persist().isPresent()) {
      world.pass(CrashPoint.STEPPED_NOT_WRITTEN, this);
      disk.write(ready.persist().get());
    }
    world.invariants().onStepped(this);
    world.changes().onStepped(this);
    countLeaseReads(ready);
    passChanges(before, commitBefore);
    carryOut(ready);
    watch.rely(core.reliesOn(), now);
    scheduleWake();
  }

  private boolean isForgetful() {
    return lostDisk && status.standing() == Standing.MEMBER;
  }

  private void countStanding(Standing before) {
    if (before != status.standing() && status.standing() == Standing.REFUSED) {
      world.reached(Reached.DISK_LOST_NODE_REFUSED);
    } else if (before != status.standing() && isForgetful()) {
      world.reached(Reached.DISK_LOST_NODE_TAKEN_IN);
    }
  }

  /** A read that is granted in the turn in which it came was confirmed by nobody. */
  private void countLeaseReads(Ready ready) {
    for (ReadDecision decision : ready.reads()) {
      if (decision instanceof ReadDecision.Granted && leaseReads.contains(decision.readId())) {
        world.reached(Reached.READ_BY_LEASE);
      }
    }
    leaseReads.clear();
  }

  /** A leader that is asked to hand over leads until then; one that is no voter any more waits for its disk before. */
  private void countHandover(Optional<NodeId> target, Ready ready) {
    boolean diskIsBehind = status.persistedIndex() < status.last().index();
    if (target.isPresent()) {
      world.reached(Reached.TRANSFER_ENDED_IN_ELECTION);
    } else if (diskIsBehind && ready.sends().stream().anyMatch(SimNode::isTimeoutNow)) {
      world.reached(Reached.DISK_HANDOVER);
    }
  }

  private static boolean isTimeoutNow(Send send) {
    return send instanceof Send.Deliver deliver && deliver.message() instanceof Message.TimeoutNow;
  }

  private void passChanges(Role before, long commitBefore) {
    Role now = status.role();
    if (before != now) {
      switch (now) {
        case LEADER -> {
          world.reached(Reached.LEADER);
          world.pass(CrashPoint.ELECTION_WON, this);
        }
        case CANDIDATE -> world.pass(CrashPoint.CANDIDACY_BEGUN, this);
        default -> world.pass(CrashPoint.STEPPED_DOWN, this);
      }
    }
    if (status.commitIndex() > commitBefore) {
      world.pass(CrashPoint.COMMIT_ADVANCED, this);
    }
  }

  private void step(long now, Input input) {
    world.pass(CrashPoint.INPUT_TAKEN, this);
    world.trace().input(id(), input);
    boolean rested = core.rests();
    core.step(now, input);
    if (rested && !core.rests()) {
      SimWatch.wokenBy(input).ifPresent(world::reached);
    } else if (!rested && core.rests() && core.role() == Role.LEADER) {
      world.reached(Reached.QUIESCED);
    }
  }

  // The host's part.

  private void watchOthers(long now) {
    if (watch.nextDeadline() <= now && !timerLost) {
      watch
          .tick(now, (peer, heartbeat) -> peers.send(id(), peer, heartbeat))
          .forEach(silent -> step(now, new Input.PeerSilent(silent)));
    }
  }

  void onHostHeartbeat(NodeId from, Message.HostHeartbeat heartbeat) {
    long life = incarnation;
    if (running) {
      runOrPostpone(
          () -> {
            if (running && life == incarnation) {
              if (watch.onHeartbeat(from, heartbeat, localNow())) {
                feed(new Input.PeerSilent(from));
              }
              scheduleWake();
            }
          });
    }
  }

  private long nextDeadline() {
    return Math.min(core.nextDeadline(), watch.nextDeadline());
  }

  private void scheduleWake() {
    if (nextDeadline() == Long.MAX_VALUE || timerLost) {
      return;
    }
    long deadline = Math.max(clock.virtualTime(nextDeadline()), world.queue().now() + 1);
    if (deadline < wakeAt) {
      wakeAt = deadline;
      after(deadline - world.queue().now(), () -> onWake(deadline));
    }
  }

  private void onWake(long scheduledFor) {
    if (scheduledFor == wakeAt) {
      wakeAt = Long.MAX_VALUE;
      if (nextDeadline() <= localNow()) {
        scheduleTurn();
      } else {
        scheduleWake();
      }
    }
  }

  private void carryOut(Ready ready) {
    sender.take(ready);
    if (ready.persist().isPresent() && world.has(PlantedBug.PERSISTED_BEFORE_DURABLE)) {
      feed(new Input.Persisted(ready.persist().get().persistId()));
    }
    ready.install().ifPresent(applier::install);
    ready.apply().ifPresent(applier::apply);
    ready.compact().ifPresent(disk::compact);
    ready.proposals().forEach(requests::onDecision);
    ready.reads().forEach(requests::onDecision);
    if (!ready.isEmpty()) {
      world.pass(CrashPoint.READY_CARRIED_OUT, this);
    }
  }

  /** Sends wait for their write, not for the loop: they leave while the platter is as they say. */
  void onDurable(PersistBatch batch) {
    long life = incarnation;
    runOrPostpone(
        () -> {
          if (life == incarnation) {
            sender.release(batch.persistId());
            if (!world.has(PlantedBug.PERSISTED_BEFORE_DURABLE)) {
              feed(new Input.Persisted(batch.persistId()));
            }
            world.pass(CrashPoint.DURABLE_REPORTED, this);
          }
        });
  }
}
