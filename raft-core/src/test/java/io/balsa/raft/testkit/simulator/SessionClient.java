package io.balsa.raft.testkit.simulator;

import io.balsa.raft.Outcome;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.session.RaftSession;
import io.balsa.raft.session.SessionException;
import io.balsa.raft.session.SessionLimits;
import io.balsa.raft.session.SessionResult;
import io.balsa.raft.session.SessionTimer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A process that proposes in one session after the other, several commands at a time, at any node. Its clock may be wrong, it
 * may stop for long, and it may die without a word.
 */
final class SessionClient implements SessionTimer {
  /** At most; some attempts are given up so early that they overtake the next one, or are overtaken. */
  private static final int TIMEOUT_ELECTIONS = 5;

  private static final long YEAR_NANOS = 365L * 86_400 * 1_000_000_000;

  private final Simulation<?> simulation;
  private final SessionClients all;
  private final SessionLimits limits;
  private final SplittableRandom random;
  private final boolean clockJumps;
  private final boolean stalls;

  private @Nullable RaftSession<Long> session;
  private boolean opening;
  private boolean stopped;
  private long clockError;
  private int unsettled;

  /** Until then nothing that was to happen later happens: a long pause of the process. */
  private long stalledUntil;

  SessionClient(
      Simulation<?> simulation, SessionClients all, SessionLimits limits, SplittableRandom random) {
    this.simulation = simulation;
    this.all = all;
    this.limits = limits;
    this.random = random;
    this.clockJumps = random.nextInt(3) == 0;
    this.stalls = random.nextBoolean();
  }

  void start() {
    think();
  }

  /** Proposes nothing new; what is on its way gets its outcome. */
  void stop() {
    stopped = true;
    stalledUntil = 0;
    endSession();
  }

  boolean isIdle() {
    return unsettled == 0 && !opening && (session == null || session.ended().isDone());
  }

  private void think() {
    simulation.queue().after(1 + random.nextLong(simulation.swarm().thinkNanos), this::act);
  }

  private void act() {
    if (stopped) {
      return;
    }
    if (clockJumps && random.nextInt(20) == 0) {
      clockError = random.nextLong(-20 * YEAR_NANOS, 20 * YEAR_NANOS);
    }
    if (stalls && random.nextInt(200) == 0) {
      stalledUntil = simulation.queue().now() + random.nextLong(2 * limits.ttl().toNanos());
    }
    int choice = random.nextInt(300);
    if (session == null || session.ended().isDone()) {
      open();
    } else if (choice == 0) {
      session.abandon();
    } else if (choice == 1) {
      endSession();
    } else {
      propose(session);
    }
    think();
  }

  private void open() {
    if (!opening) {
      opening = true;
      var unused =
          RaftSession.open(this::proposeAnywhere, limits, this)
              .whenComplete(
                  (opened, failure) -> {
                    opening = false;
                    session = opened;
                    if (stopped) {
                      endSession();
                    }
                  });
    }
  }

  private void endSession() {
    if (session != null) {
      var unused = session.close();
    }
  }

  private void propose(RaftSession<Long> in) {
    long command = simulation.nextNumber();
    unsettled++;
    var unused =
        in.propose(SessionSubject.command(command))
            .whenComplete(
                (result, failure) -> {
                  unsettled--;
                  if (failure instanceof SessionException reason) {
                    all.failed(command, reason);
                  } else if (failure == null) {
                    all.applied(command, result);
                  }
                });
  }

  // What the session stands on.

  @Override
  public long nanoTime() {
    return simulation.queue().now() + clockError;
  }

  @Override
  public void after(long nanos, Runnable task) {
    long now = simulation.queue().now();
    simulation.queue().after(Math.max(nanos, stalledUntil - now), task);
  }

  private CompletableFuture<Outcome<SessionResult<Long>>> proposeAnywhere(Bytes attempt) {
    CompletableFuture<Outcome<SessionResult<Long>>> future = new CompletableFuture<>();
    choose().ifPresent(node -> propose(attempt, node, future));
    simulation
        .queue()
        .after(
            1 + random.nextLong(TIMEOUT_ELECTIONS * simulation.swarm().electionNanos),
            () -> future.complete(new Outcome.Unknown<>()));
    return future;
  }

  /** Anyone; at the end, when all is to come to rest, the leader. */
  private Optional<SimNode<?>> choose() {
    List<SimNode<?>> running = new ArrayList<>();
    for (SimNode<?> node : simulation.nodes()) {
      if (node.isRunning() && !node.isPaused() && (!stopped || node.isLeader())) {
        running.add(node);
      }
    }
    return running.isEmpty()
        ? Optional.empty()
        : Optional.of(running.get(random.nextInt(running.size())));
  }

  private void propose(
      Bytes attempt, SimNode<?> node, CompletableFuture<Outcome<SessionResult<Long>>> future) {
    long number = simulation.history().attempted(simulation.nextNumber(), attempt);
    long floorBefore = simulation.history().floor();
    node.requests()
        .propose(
            attempt,
            outcome -> {
              if (!future.isDone()) {
                answer(number, floorBefore, outcome, future);
              }
            });
  }

  @SuppressWarnings("unchecked") // the state machine is a SessionStateMachine<Long>
  private void answer(
      long number,
      long floorBefore,
      Outcome<Object> outcome,
      CompletableFuture<Outcome<SessionResult<Long>>> future) {
    if (outcome instanceof Outcome.Committed<Object> committed) {
      simulation.history().committed(number, floorBefore, committed);
      future.complete(
          new Outcome.Committed<>(committed.id(), (SessionResult<Long>) committed.result()));
    } else if (outcome instanceof Outcome.Rejected<Object> rejected) {
      future.complete(new Outcome.Rejected<>(rejected.reason(), rejected.leader()));
    } else {
      future.complete(new Outcome.Unknown<>());
    }
  }
}
