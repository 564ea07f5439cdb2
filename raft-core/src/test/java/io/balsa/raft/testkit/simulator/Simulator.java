package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.Role;
import io.balsa.raft.model.Standing;
import io.balsa.raft.protocol.quorum.JointQuorum;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.testkit.invariant.LogImage;
import io.balsa.raft.testkit.invariant.PropertyViolation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Runs whole clusters in virtual time, one seed at a time: the same seed and options give the same run, event by event, on
 * every JVM.
 *
 * <pre>
 * warm-up ─► faults ─► heal a random majority: progress? rest? ─► heal all: convergence? ─► rest? ─► judge the clients' history
 * </pre>
 *
 * <p>Stateless; any number of threads may run seeds at once.
 */
public final class Simulator {
  private static final long WARM_UP_NANOS = 2_000 * Swarm.MILLI;

  /** How many election timeouts a healed majority may take to acknowledge a write; a slow clock may stretch them. */
  private static final int PROGRESS_ELECTIONS = 10;

  private static final int CONVERGENCE_ELECTIONS = 30;

  /** For how many election timeouts a healed majority is watched, and how many elections it may hold meanwhile. */
  private static final int WATCHED_ELECTIONS = 8;

  private static final int REST_TERMS_MAX = 2;

  private Simulator() {}

  /**
   * @throws SimulationFailure with the last events, if anything that must hold doesn't
   */
  public static <S extends StateMachine<?>> SimReport run(long seed, SimOptions<S> options) {
    SplittableRandom root = new SplittableRandom(seed);
    Optional<Simulation<S>> simulation = Optional.empty();
    try {
      simulation = Optional.of(new Simulation<>(options, root));
      new Run<>(simulation.get(), options, root).run();
    } catch (RuntimeException | AssertionError e) {
      String context = simulation.map(s -> s.trace().render() + s.picture()).orElse("");
      SortedSet<String> on = simulation.map(s -> s.swarm().on()).orElseGet(TreeSet::new);
      int clients = simulation.map(s -> s.swarm().clients).orElse(1);
      throw SimulationFailure.of(seed, options.extent(), e, context, on, clients);
    }
    Simulation<S> done = simulation.get();
    return new SimReport(
        seed,
        done.trace().hash(),
        done.queue().scheduled(),
        done.queue().now(),
        done.invariants().committed().lastIndex(),
        done.reached(),
        done.crashPoints().deaths());
  }

  /** The phases of one run. */
  private static final class Run<S extends StateMachine<?>> {
    private final Simulation<S> simulation;
    private final SimOptions<S> options;
    private final SplittableRandom random;
    private final Faults<S> faults;
    private final Operator<S> operator;
    private final List<SimClient<S>> clients = new ArrayList<>();

    /** The newest at each node. */
    private final Map<NodeId, SimClient<S>> probes = new TreeMap<>();

    /** Of a subject that has sessions. */
    private final Optional<SessionClients> sessions;

    Run(Simulation<S> simulation, SimOptions<S> options, SplittableRandom root) {
      this.simulation = simulation;
      this.options = options;
      this.random = root.split();
      this.faults = new Faults<>(simulation, options.subject(), root.split());
      this.operator = new Operator<>(simulation, root.split());
      for (int i = 0; i < simulation.swarm().clients; i++) {
        clients.add(new SimClient<>(simulation, options.subject(), root.split()));
      }
      this.sessions =
          options.subject() instanceof SessionSubject
              ? Optional.of(new SessionClients(simulation, root.split()))
              : Optional.empty();
    }

    void run() {
      clients.forEach(SimClient::start);
      sessions.ifPresent(SessionClients::start);
      pass(WARM_UP_NANOS);
      simulation.network().setCalm(false);
      faults.begin();
      operator.begin();
      pass(options.extent().faults().toNanos());
      faults.end();
      operator.end();
      simulation.network().setCalm(true);
      List<SimNode<S>> core = healMajority();
      awaitProgress(core);
      watchTerms(core);
      healAll();
      awaitConvergence();
      bringAllBack();
      if (simulation.swarm().quiesceAfterNanos > 0) {
        new RestPhase<>(simulation, options.subject(), random.split(), lateNanos()).run();
        awaitConvergence();
      }
      judge();
    }

    private void pass(long nanos) {
      simulation.queue().runUntil(simulation.queue().now() + nanos);
    }

    private long electionNanos() {
      return simulation.swarm().electionNanos;
    }

    private void note(String what) {
      simulation.trace().note("*", what);
    }

    /** The others stay as they are, and are cut off: both ways, or only so that they hear nothing, or can't be heard. */
    private List<SimNode<S>> healMajority() {
      List<SimNode<S>> shuffled = new ArrayList<>(simulation.nodes());
      for (int i = shuffled.size() - 1; i > 0; i--) {
        shuffled.set(i, shuffled.set(random.nextInt(i + 1), shuffled.get(i)));
      }
      int size = quorumSize(shuffled);
      while (size < shuffled.size() && !canElect(shuffled.subList(0, size))) {
        size++;
      }
      List<SimNode<S>> core = shuffled.subList(0, size);
      List<SimNode<S>> rest = shuffled.subList(core.size(), shuffled.size());
      note("healed majority: " + core.stream().map(node -> node.id().value()).sorted().toList());
      simulation.network().healAll();
      boolean deaf = random.nextInt(3) > 0;
      boolean mute = !deaf || random.nextBoolean();
      for (SimNode<S> outside : rest) {
        for (SimNode<S> inside : core) {
          if (deaf) {
            simulation.network().cut(inside.id(), outside.id());
          }
          if (mute) {
            simulation.network().cut(outside.id(), inside.id());
          }
        }
      }
      core.forEach(SimNode::heal);
      return core;
    }

    /**
     * Whether somebody could win an election. A majority isn't always enough: one who holds more than all others may count as a
     * learner in its own log, and be needed as a voter by theirs, where the change is not committed.
     */
    private boolean canElect(List<SimNode<S>> nodes) {
      return nodes.stream()
          .filter(node -> membershipOf(node).isVoter(node.id()))
          .anyMatch(
              candidate ->
                  new JointQuorum(membershipOf(candidate))
                      .isMetBy(
                          voter ->
                              nodes.stream()
                                  .filter(node -> node.id().equals(voter))
                                  .anyMatch(node -> wouldVote(node, logOf(candidate).last()))));
    }

    private boolean wouldVote(SimNode<S> node, EntryId last) {
      EntryId forgotten = node.platter().hardState().forgotten();
      return last.compareTo(logOf(node).last()) >= 0 && last.compareTo(forgotten) >= 0;
    }

    private static Membership membershipOf(SimNode<?> node) {
      LogImage log = logOf(node);
      return log.membershipAt(log.lastIndex()).membership();
    }

    private static LogImage logOf(SimNode<?> node) {
      return node.isRunning() ? node.cache() : node.platter();
    }

    /** How many of the first nodes are a quorum in every membership that could be in force. */
    private int quorumSize(List<SimNode<S>> shuffled) {
      List<Membership> electable = simulation.electable();
      Set<NodeId> first = new TreeSet<>();
      Set<NodeId> blank = DiskLoss.blank(simulation);
      int size = 0;
      while (!electable.stream().allMatch(membership -> isQuorum(membership, first, blank))) {
        NodeId next = shuffled.get(size++).id();
        if (!blank.contains(next)) {
          first.add(next);
        }
      }
      return size;
    }

    /** Also if the promotable learners outside become voters in the last moment: those inside would only make it easier. */
    private static boolean isQuorum(Membership membership, Set<NodeId> nodes, Set<NodeId> blank) {
      SortedSet<NodeId> voters = new TreeSet<>(membership.voters());
      membership.promotable().stream()
          .filter(learner -> !nodes.contains(learner) && !blank.contains(learner))
          .forEach(voters::add);
      return new JointQuorum(membership).isMetBy(nodes::contains)
          && new JointQuorum(Membership.ofVoters(voters)).isMetBy(nodes::contains);
    }

    private void awaitProgress(List<SimNode<S>> core) {
      long before = simulation.count(Reached.WRITE_COMMITTED);
      long floor = simulation.history().floor();
      long deadline =
          simulation.queue().now()
              + PROGRESS_ELECTIONS * electionNanos() * 5 / 4
              + lateNanos()
              + catchUpNanos(core);
      while (simulation.history().floor() == floor
          || simulation.count(Reached.WRITE_COMMITTED) == before) {
        if (simulation.queue().now() > deadline) {
          throw new PropertyViolation(
              "Progress", "a healed majority doesn't acknowledge a write in time");
        }
        core.forEach(this::probe);
        pass(electionNanos() / 4);
      }
    }

    /** On a link that keeps the order, one late message from the time of the faults holds up all that follow it. */
    private long lateNanos() {
      Swarm swarm = simulation.swarm();
      long late = swarm.longDelay > 0 ? swarm.longDelayNanos : 0;
      long queued = swarm.has(FaultKind.SLOW_LINKS) ? SimNetwork.BACKLOG_NANOS_MAX : 0;
      return swarm.reorders ? 0 : late + queued;
    }

    /** Where a majority hears its leader, terms rest: who is cut off asks before it raises one (thesis §9.6). */
    private void watchTerms(List<SimNode<S>> core) {
      pass(lateNanos()); // what is held up may be a vote
      awaitLeaderAmong(core);
      long before = highestTerm();
      pass(WATCHED_ELECTIONS * electionNanos());
      if (highestTerm() - before > REST_TERMS_MAX) {
        throw new PropertyViolation(
            "TermsRest",
            "the term rose from " + before + " to " + highestTerm() + " with a majority healed");
      }
    }

    /**
     * The write that was acknowledged may have been the last of a leader outside, which the others don't hear any more: they
     * elect another then. If they don't for so long, they hear it. A change that the faults interrupted may also be at its end,
     * and take the leader with it: whom it hands over to can lose, because it holds less than those who vote.
     */
    private void awaitLeaderAmong(List<SimNode<S>> core) {
      long deadline = simulation.queue().now() + PROGRESS_ELECTIONS * electionNanos();
      while (core.stream().noneMatch(this::leadsForGood) && simulation.queue().now() < deadline) {
        pass(electionNanos() / 4);
      }
    }

    private boolean leadsForGood(SimNode<S> node) {
      Membership membership = node.status().membership().membership();
      return node.status().role() == Role.LEADER
          && node.status().term() == highestTerm()
          && !membership.isJoint()
          && membership.voters().contains(node.id());
    }

    private long highestTerm() {
      return simulation.nodes().stream().mapToLong(node -> node.status().term()).max().orElse(0);
    }

    /** A client that writes once, at this node; when the last one has its answer, or gave up, so that they don't pile up. */
    private void probe(SimNode<S> node) {
      SimClient<S> before = probes.get(node.id());
      if (before == null || !before.isAsking()) {
        SimClient<S> client = new SimClient<>(simulation, options.subject(), random.split());
        probes.put(node.id(), client);
        client.stop();
        client.write(node);
      }
    }

    /** What a follower may take that has to be sent all that it missed, by a window of appends. */
    private long catchUpNanos(List<SimNode<S>> core) {
      long first = core.stream().mapToLong(node -> node.platter().lastIndex()).min().orElse(0);
      long last =
          simulation.nodes().stream().mapToLong(node -> node.cache().lastIndex()).max().orElse(0);
      long rounds = (last - first) / simulation.swarm().entriesPerAppendMin() + 1;
      long roundNanos =
          3 * (simulation.swarm().delayNanos + simulation.swarm().writeNanos)
              + simulation.swarm().readEntriesNanos;
      return rounds * roundNanos + 3 * electionNanos();
    }

    private void healAll() {
      note("all is healed");
      simulation.network().healAll();
      simulation.nodes().forEach(SimNode::heal);
      clients.forEach(SimClient::stop);
      sessions.ifPresent(SessionClients::stop);
    }

    private void awaitConvergence() {
      long deadline =
          simulation.queue().now()
              + CONVERGENCE_ELECTIONS * electionNanos()
              + catchUpNanos(simulation.nodes());
      while (!hasConverged()) {
        if (simulation.queue().now() > deadline) {
          throw new PropertyViolation(
              "Convergence", "a healed cluster doesn't come to rest in time");
        }
        pass(electionNanos() / 2);
      }
    }

    /** Makes voters of all nodes, whatever they have been and are. */
    private void bringAllBack() {
      if (!simulation.swarm().churn && simulation.count(Reached.DISK_LOST) == 0) {
        return;
      }
      note("all nodes are to vote");
      long deadline =
          simulation.queue().now()
              + CONVERGENCE_ELECTIONS * electionNanos()
              + catchUpNanos(simulation.nodes());
      while (!operator.bringAllBack()) {
        if (simulation.queue().now() > deadline) {
          throw new PropertyViolation(
              "Convergence", "a healed cluster doesn't take all nodes in in time");
        }
        pass(electionNanos() / 2);
      }
      awaitConvergence();
    }

    /** The nodes that take part; others may well have missed the end of the log, or have lost all of it. */
    private List<SimNode<S>> members() {
      Membership membership = simulation.membership().membership();
      return simulation.nodes().stream()
          .filter(node -> membership.contains(node.id()))
          .filter(node -> node.status().standing() == Standing.MEMBER)
          .toList();
    }

    private boolean hasConverged() {
      long last = simulation.invariants().committed().lastIndex();
      return sessions.map(SessionClients::isIdle).orElse(true)
          && !simulation.membership().membership().isJoint()
          && members().stream().anyMatch(SimNode::isLeader)
          && members().stream()
              .allMatch(
                  node ->
                      node.status().appliedIndex() == last
                          && node.applier().appliedIndex() == last
                          && node.cache().lastIndex() == last
                          && node.requests().leftOver().isEmpty());
    }

    private void judge() {
      byte[] state = SimApplier.capture(simulation.nodes().get(0).applier().stateMachine());
      for (SimNode<S> node : simulation.nodes()) {
        byte[] other = SimApplier.capture(node.applier().stateMachine());
        if (!Arrays.equals(state, other)) {
          throw new PropertyViolation(
              "Convergence", node.id() + " and n1 applied the same log and differ");
        }
        simulation
            .history()
            .captured(node.id(), simulation.invariants().committed().lastIndex(), other);
      }
      simulation.history().judge(options.subject(), simulation.invariants().committed().entries());
      sessions.ifPresent(SessionClients::judge);
    }
  }
}
