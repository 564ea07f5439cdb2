package io.balsa.raft.testkit.simulator;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.Describe;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.protocol.Send;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.testkit.invariant.ClusterView;
import io.balsa.raft.testkit.invariant.Invariants;
import io.balsa.raft.testkit.invariant.LogImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One run's cluster and everything around it. */
final class Simulation<S extends StateMachine<?>>
    implements World, ClusterView, SimNetwork.Receiver, SimNode.Peers {
  private final SimOptions<S> options;
  private final Swarm swarm;
  private final EventQueue queue = new EventQueue();
  private final EventTrace trace;
  private final Invariants invariants;
  private final ChangeWatch changes = new ChangeWatch(this);
  private final MembershipEntry initial;
  private final ClientHistory history = new ClientHistory();
  private final SimNetwork network;
  private final Carriage carriage;
  private final Unanswered unanswered;
  private final CrashPoints crashPoints = new CrashPoints();
  private final SnapshotJourneys<S> snapshots;
  private final SplittableRandom hintRandom;
  private final List<SimNode<S>> nodes = new ArrayList<>();

  /** Those that were sent and aren't known to be decided: whoever sent them may have lost them since. */
  private final SortedMap<EntryId, Membership> sentMemberships = new TreeMap<>();

  private final long[] reached = new long[Reached.values().length];
  private long lastNumber;

  /** Until when nobody asks for anything. */
  private long quietUntil;

  Simulation(SimOptions<S> options, SplittableRandom root) {
    this.options = options;
    this.swarm = new Swarm(root.split(), options.possible());
    this.trace = new EventTrace(queue, options.textHash());
    this.invariants = new Invariants(this);
    this.network = new SimNetwork(this, this, root.split());
    this.carriage = new Carriage(this, options.wires());
    this.unanswered = new Unanswered(swarm);
    this.snapshots = new SnapshotJourneys<>(this, root.split());
    this.hintRandom = root.split();
    List<NodeId> ids = new ArrayList<>();
    for (int i = 1; i <= swarm.nodes; i++) {
      ids.add(NodeId.of("n" + i));
    }
    SnapshotMeta base = SnapshotMeta.initial(Membership.ofVoters(ids));
    this.initial = base.membership();
    for (NodeId id : ids) {
      nodes.add(new SimNode<>(this, this, options.subject(), id, base, root.split()));
    }
    for (int i = 1; i <= swarm.spares; i++) {
      NodeId id = NodeId.of("n" + (swarm.nodes + i));
      nodes.add(new SimNode<>(this, this, options.subject(), id, SnapshotMeta.NONE, root.split()));
    }
  }

  @Override
  public EventQueue queue() {
    return queue;
  }

  @Override
  public Swarm swarm() {
    return swarm;
  }

  @Override
  public EventTrace trace() {
    return trace;
  }

  @Override
  public Invariants invariants() {
    return invariants;
  }

  @Override
  public ChangeWatch changes() {
    return changes;
  }

  /** The membership that the run begins with. */
  Membership initial() {
    return initial.membership();
  }

  /** The newest membership that is committed. */
  MembershipEntry membership() {
    return invariants.committed().membership().orElse(initial);
  }

  /**
   * All memberships that can be in force in a node that may still be elected: the newest committed one, and those after it
   * in any log.
   */
  List<Membership> electable() {
    MembershipEntry settled = membership();
    List<Membership> all = new ArrayList<>(List.of(settled.membership()));
    for (SimNode<S> node : nodes) {
      for (LogImage log : List.of(node.cache(), node.platter())) {
        MembershipEntry newest = log.membershipAt(log.lastIndex());
        while (newest.id().index() > settled.id().index()) {
          all.add(newest.membership());
          newest = log.membershipAt(newest.id().index() - 1);
        }
      }
    }
    return all;
  }

  /** Those, and what may be on its way to a log although no log holds it any more. */
  List<Membership> electableOrSent() {
    long settledIndex = membership().id().index();
    sentMemberships.keySet().removeIf(id -> id.index() <= settledIndex);
    List<Membership> all = electable();
    all.addAll(sentMemberships.values());
    return all;
  }

  @Override
  public boolean hasEvenCommands() {
    return history.hasEvenCommands();
  }

  @Override
  public boolean has(PlantedBug bug) {
    return options.bug().isPresent() && options.bug().get() == bug;
  }

  @Override
  public void reached(Reached what) {
    reached[what.ordinal()]++;
  }

  @Override
  public void pass(CrashPoint point, SimNode<?> node) {
    crashPoints.pass(point, node);
  }

  CrashPoints crashPoints() {
    return crashPoints;
  }

  long count(Reached what) {
    return reached[what.ordinal()];
  }

  SortedMap<Reached, Long> reached() {
    SortedMap<Reached, Long> counts = new TreeMap<>();
    Arrays.stream(Reached.values()).forEach(what -> counts.put(what, reached[what.ordinal()]));
    return counts;
  }

  @Override
  public List<SimNode<S>> nodes() {
    return nodes;
  }

  SimNode<S> get(NodeId id) {
    for (SimNode<S> node : nodes) { // several times for each event
      if (node.id().equals(id)) {
        return node;
      }
    }
    throw new NoSuchElementException("there is no " + id);
  }

  SimNetwork network() {
    return network;
  }

  SnapshotJourneys<S> snapshots() {
    return snapshots;
  }

  Optional<ClientWitness> witness() {
    return options.witness();
  }

  ClientHistory history() {
    return history;
  }

  /** From now on and for so long, nobody asks for anything. */
  void quieten(long nanos) {
    quietUntil = queue.now() + nanos;
  }

  /** How long it is quiet yet; 0 if it isn't. */
  long quietNanos() {
    return Math.max(0, quietUntil - queue.now());
  }

  /** Numbers commands and reads. */
  long nextNumber() {
    return ++lastNumber;
  }

  @Override
  public void onDisturbed(NodeId node) {
    unanswered.excuse(node);
  }

  @Override
  public void onDurable(NodeId node, PersistBatch batch) {
    invariants.onDurable(get(node), batch);
  }

  @Override
  public void onCaptured(NodeId node, long appliedIndex, byte[] state) {
    history.captured(node, appliedIndex, state);
  }

  // Messages.

  @Override
  public void send(NodeId from, NodeId to, Message message) {
    SimNode<S> sender = get(from);
    invariants.onSent(sender, to, message);
    rememberMemberships(message);
    unanswered.onSent(new SimNetwork.Link(from, to), sender.incarnation(), message);
    network.send(from, to, message);
    boolean noticed =
        swarm.has(FaultKind.HINTS) && !get(to).isRunning() && hintRandom.nextInt(4) == 0;
    if (noticed && !network.isCut(from, to) && !network.isCut(to, from)) {
      reached(Reached.TRUE_HINT);
      sender.after(network.delay(), () -> sender.feed(new Input.PeerUnreachable(to)));
    }
  }

  private void rememberMemberships(Message message) {
    if (message instanceof Message.AppendRequest append) {
      for (Entry entry : append.entries()) {
        if (entry.kind() == EntryKind.MEMBERSHIP) {
          sentMemberships.put(entry.id(), Membership.decode(entry.payload()));
        }
      }
    }
  }

  @Override
  public void onMessage(NodeId from, NodeId to, Message message) {
    carriage.carry(message, network.isCalm()).ifPresent(arrived -> deliver(from, to, arrived));
  }

  private void deliver(NodeId from, NodeId to, Message message) {
    if (!get(to).isRunning() && !network.isCalm() && swarm.has(FaultKind.REPLAYS)) {
      network.waitForNextLife(new SimNetwork.Link(from, to), message);
      return;
    }
    trace.delivered(to, message);
    if (message instanceof Message.HostHeartbeat heartbeat) {
      get(to).onHostHeartbeat(from, heartbeat);
      return;
    }
    unanswered.onHeard(new SimNetwork.Link(from, to));
    get(to).feed(new Input.Received(from, message));
  }

  @Override
  public long livesOf(SimNetwork.Link link) {
    return get(link.from()).incarnation() + get(link.to()).incarnation();
  }

  @Override
  public void sendSnapshot(NodeId from, Send.SendSnapshot send) {
    snapshots.begin(get(from), send);
  }

  /** For failure messages. */
  String picture() {
    return nodes.stream()
        .map(
            node ->
                (node.isRunning() ? node.isPaused() ? "paused " : "" : "down ")
                    + Describe.status(node.status())
                    + " platter="
                    + node.platter().hardState()
                    + " "
                    + node.platter().base().last()
                    + ".."
                    + node.platter().last()
                    + " incarnation="
                    + node.incarnation()
                    + node.requests().leftOver().map(owed -> "\n   " + owed).orElse(""))
        .collect(Collectors.joining("\n", swarm + "\n", "\n"));
  }
}
