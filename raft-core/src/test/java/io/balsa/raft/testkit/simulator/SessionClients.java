package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.Entry;
import io.balsa.raft.session.SessionException;
import io.balsa.raft.session.SessionLimits;
import io.balsa.raft.testkit.invariant.PropertyViolation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/** All clients of a run that use sessions, and the judgement over them. */
final class SessionClients {
  private static final int CLIENTS_MAX = 6;

  private final Simulation<?> simulation;
  private final List<SessionClient> clients = new ArrayList<>();

  private final TreeMap<Long, Long> results = new TreeMap<>();
  private final List<Long> neverApplied = new ArrayList<>();
  private final List<Long> appliedWithoutResult = new ArrayList<>();

  SessionClients(Simulation<?> simulation, SplittableRandom random) {
    this.simulation = simulation;
    SessionLimits limits = limits(random);
    for (int i = 1 + random.nextInt(CLIENTS_MAX); i > 0; i--) {
      clients.add(new SessionClient(simulation, this, limits, random.split()));
    }
  }

  /** Tight ones: sessions expire, are pushed out, and have more results than are kept. */
  private SessionLimits limits(SplittableRandom random) {
    long ttlNanos = simulation.swarm().electionNanos * (2 + random.nextInt(6));
    int sessionsMax = 1 + random.nextInt(2 * CLIENTS_MAX);
    return new SessionLimits(
        Duration.ofNanos(ttlNanos),
        sessionsMax,
        1 + random.nextInt(8),
        random.nextBoolean() ? 1_000 : Long.BYTES * random.nextInt(4));
  }

  void start() {
    clients.forEach(SessionClient::start);
  }

  void stop() {
    clients.forEach(SessionClient::stop);
  }

  /** Whether every command has its outcome, and every session its end. */
  boolean isIdle() {
    return clients.stream().allMatch(SessionClient::isIdle);
  }

  void applied(long command, long result) {
    simulation.reached(Reached.SESSION_APPLIED);
    results.put(command, result);
  }

  void failed(long command, SessionException failure) {
    if (failure.reason() == SessionException.Reason.EXPIRED) {
      simulation.reached(Reached.SESSION_EXPIRED);
    }
    if (failure.reason() == SessionException.Reason.RESULT_FORGOTTEN) {
      simulation.reached(Reached.SESSION_RESULT_FORGOTTEN);
      appliedWithoutResult.add(command);
    }
    if (!failure.mayBeApplied()) {
      neverApplied.add(command);
    }
  }

  /** Every result is the place that the command has for good; what was called applied is there, and what wasn't isn't. */
  void judge() {
    SimNode<?> node = simulation.nodes().get(0);
    results.forEach(
        (command, result) -> {
          long place = SessionSubject.place(node, command).orElse(0L);
          if (place != result) {
            throw new PropertyViolation(
                "EffectOnce", command + " was answered as " + result + " and is at " + place);
          }
        });
    for (long command : neverApplied) {
      if (SessionSubject.place(node, command).isPresent()) {
        throw new PropertyViolation("NeverApplied", command + " has been applied all the same");
      }
    }
    for (long command : appliedWithoutResult) {
      if (SessionSubject.place(node, command).isEmpty()) {
        throw new PropertyViolation("EffectOnce", command + " was called applied, and isn't there");
      }
    }
    countDuplicates();
  }

  private void countDuplicates() {
    Set<Long> seen = new TreeSet<>();
    for (Entry entry : simulation.invariants().committed().entries()) {
      Optional<Long> command = SessionSubject.commandIn(entry.payload());
      if (command.isPresent() && !seen.add(command.get())) {
        simulation.reached(Reached.SESSION_DUPLICATE_SUPPRESSED);
      }
    }
  }
}
