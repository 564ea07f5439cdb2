package io.balsa.raft.session;

import io.balsa.raft.Outcome;
import io.balsa.raft.RaftNode;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.RejectReason;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client of a {@link SessionStateMachine} whose commands take effect once each, though it proposes them until it knows what
 * became of them. Thread-safe; no method blocks. Futures complete on the node's threads or on the timer's: continuations
 * must be short, or move to a thread of their own.
 *
 * <p>Several commands may be on their way at once, and then take effect in any order. Who needs an order waits for a
 * command's result before proposing the next: that one takes effect after it.
 *
 * <p>While it is open, the session keeps itself alive, so close it. A process that dies with it leaves it to expire.
 *
 * @param <R> what a command results in
 */
public final class RaftSession<R> {
  /*
   *   propose ──► on its way ──Applied──────────────────────► result
   *                │      ▲  ──Expired──────────────────────► SessionException, and the session has ended
   *       Rejected │      │ backoff over
   *        Unknown ▼      │
   *               waiting ┘
   *
   * Each attempt carries the same number, and the highest number below which all are settled here, so that the table can
   * drop their results. Numbers are at most commandsMax apart: what is on its way, what waits here, and what the table keeps
   * are bounded by the same figure.
   */
  private static final int KEEP_ALIVES_PER_TTL = 8;

  private final Function<Bytes, CompletableFuture<Outcome<SessionResult<R>>>> proposer;
  private final SessionTimer timer;
  private final long id;
  private final SessionLimits limits;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  // Guarded by this.
  private final ReckonedTime time;
  private final Backoff backoff;
  private final TreeMap<Long, Pending> unsettled = new TreeMap<>();
  private final List<Pending> waiting = new ArrayList<>();
  private long lastNumber;
  private boolean retryScheduled;
  private long heardAt;
  private int keepAlivesOnTheirWay;
  private boolean closing;
  private @Nullable Throwable end;

  /** A command, or the end of the session (then without a number), until its outcome is known. */
  private final class Pending {
    final long number;
    final Bytes command;
    final CompletableFuture<R> future;

    /** An attempt before this one may be in the log. */
    boolean mayBeApplied;

    Pending(long number, Bytes command, CompletableFuture<R> future) {
      this.number = number;
      this.command = command;
      this.future = future;
    }

    SessionCommand attempt() {
      return number == 0
          ? new SessionCommand.Close(header())
          : new SessionCommand.Numbered(header(), number, command);
    }
  }

  RaftSession(
      Function<Bytes, CompletableFuture<Outcome<SessionResult<R>>>> proposer,
      SessionResult.SessionHeard<R> opened,
      SessionLimits limits,
      SessionTimer timer) {
    this.proposer = proposer;
    this.timer = timer;
    this.id = opened.session();
    this.limits = limits;
    this.time = new ReckonedTime(timer);
    this.backoff = new Backoff(id);
    time.told(opened.logTime());
    heardAt = timer.nanoTime();
    timer.after(tickNanos(), () -> change(this::tick));
  }

  /** As {@link #open(RaftNode, SessionLimits)} with {@link SessionLimits#DEFAULT}. */
  public static <R> CompletableFuture<RaftSession<R>> open(RaftNode<SessionResult<R>> node) {
    return open(node, SessionLimits.DEFAULT);
  }

  /**
   * Opens a session that proposes at the node and ends with it. Tries until it succeeds, the node stops, or the future is
   * completed or cancelled.
   *
   * <p>Fails with {@link io.balsa.raft.model.NodeStoppedException}, or {@link SessionException} if there is no {@link
   * SessionStateMachine}.
   */
  public static <R> CompletableFuture<RaftSession<R>> open(
      RaftNode<SessionResult<R>> node, SessionLimits limits) {
    return open(node::propose, limits, SessionTimer.SYSTEM);
  }

  /**
   * The same, over whatever gets commands into the log, such as several nodes in turn.
   *
   * @param proposer called for each attempt; its future must complete in the end, and what it fails with ends the session
   */
  public static <R> CompletableFuture<RaftSession<R>> open(
      Function<Bytes, CompletableFuture<Outcome<SessionResult<R>>>> proposer,
      SessionLimits limits,
      SessionTimer timer) {
    return new SessionOpening<>(proposer, limits, timer).begin();
  }

  /** The session's number: the index of the entry that opened it. */
  public long id() {
    return id;
  }

  /**
   * Proposes the command until its outcome is known. The result says that it has taken effect once.
   *
   * <p>Fails with {@link SessionException}, which says whether the command may have taken effect, or with {@link
   * io.balsa.raft.model.NodeStoppedException}; it may have then. Whoever doesn't want to wait so long may give the future up;
   * the command is proposed further.
   */
  public CompletableFuture<R> propose(Bytes command) {
    CompletableFuture<R> future = new CompletableFuture<>();
    change(effects -> propose(command, future, effects));
    return future;
  }

  private void propose(Bytes command, CompletableFuture<R> future, Effects effects) {
    if (end != null || closing) {
      Throwable refusal = refusal();
      effects.add(() -> future.completeExceptionally(refusal));
    } else if (lastNumber - acknowledged() >= limits.commandsMax()) {
      SessionException refused =
          new SessionException(SessionException.Reason.TOO_MANY_AT_ONCE, false);
      effects.add(() -> future.completeExceptionally(refused));
    } else {
      Pending pending = new Pending(++lastNumber, command, future);
      unsettled.put(pending.number, pending);
      send(pending, effects);
    }
  }

  private Throwable refusal() {
    if (end instanceof SessionException over) {
      return new SessionException(over.reason(), false);
    }
    return end == null ? new SessionException(SessionException.Reason.CLOSED, false) : end;
  }

  /**
   * Ends the session when all its commands have their outcome: takes no more, and lets the cluster forget it. Completes when
   * that is done, and as {@link #ended} does.
   */
  public CompletableFuture<Void> close() {
    change(
        effects -> {
          if (!closing && end == null) {
            closing = true;
            maybeClose(effects);
          }
        });
    return ended.copy();
  }

  /** Ends the session here and now; the cluster isn't told. Commands on their way fail, and may take effect. */
  public void abandon() {
    change(effects -> endAll(new SessionException(SessionException.Reason.CLOSED, true), effects));
  }

  /** Completes when the session has been closed, and fails with what else ended it, at once. */
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  // Attempts.

  private void change(Consumer<Effects> body) {
    Effects effects = new Effects();
    synchronized (this) {
      body.accept(effects);
    }
    effects.run();
  }

  private long acknowledged() {
    return unsettled.isEmpty() ? lastNumber : unsettled.firstKey() - 1;
  }

  private SessionCommand.Header header() {
    return new SessionCommand.Header(id, acknowledged(), time.now());
  }

  private void send(Pending pending, Effects effects) {
    Bytes attempt = pending.attempt().encode();
    effects.add(
        () -> {
          var unused =
              proposer
                  .apply(attempt)
                  .whenComplete(
                      (outcome, failure) ->
                          change(then -> onOutcome(pending, outcome, failure, then)));
        });
  }

  private void onOutcome(
      Pending pending,
      @Nullable Outcome<SessionResult<R>> outcome,
      @Nullable Throwable failure,
      Effects effects) {
    if (failure != null) {
      endAll(failure, effects);
    } else if (outcome instanceof Outcome.Committed<SessionResult<R>> committed) {
      onResult(pending, committed.result(), effects);
    } else if (outcome instanceof Outcome.Rejected<SessionResult<R>> rejected
        && rejected.reason() == RejectReason.TOO_LARGE) {
      fail(pending, SessionException.Reason.TOO_LARGE, effects);
    } else {
      pending.mayBeApplied |= outcome instanceof Outcome.Unknown;
      retry(pending, effects);
    }
  }

  private void onResult(Pending pending, SessionResult<R> result, Effects effects) {
    heard(result);
    if (result instanceof SessionResult.Applied<R> applied) {
      settle(pending, () -> pending.future.complete(applied.result()), effects);
    } else if (result instanceof SessionResult.TooManyAtOnce) {
      retry(pending, effects);
    } else if (result instanceof SessionResult.Expired && pending.number > 0) {
      expire(effects);
      fail(pending, SessionException.Reason.EXPIRED, effects);
    } else if (result instanceof SessionResult.NotForSessions) {
      endAll(new SessionException(SessionException.Reason.NOT_FOR_SESSIONS, true), effects);
    } else if (pending.number == 0) {
      end = new SessionException(SessionException.Reason.CLOSED, false);
      effects.add(() -> ended.complete(null));
    } else {
      pending.mayBeApplied = true;
      fail(pending, SessionException.Reason.RESULT_FORGOTTEN, effects);
    }
  }

  private void heard(SessionResult<R> result) {
    time.told(result.logTime());
    backoff.succeeded();
    heardAt = timer.nanoTime();
  }

  private void retry(Pending pending, Effects effects) {
    if (end != null) {
      fail(pending, SessionException.Reason.EXPIRED, effects);
      return;
    }
    waiting.add(pending);
    if (!retryScheduled) {
      retryScheduled = true;
      long delay = backoff.next();
      effects.add(() -> timer.after(delay, () -> change(this::sendWaiting)));
    }
  }

  private void sendWaiting(Effects effects) {
    retryScheduled = false;
    waiting.forEach(pending -> send(pending, effects));
    waiting.clear();
  }

  private void fail(Pending pending, SessionException.Reason reason, Effects effects) {
    SessionException failure = new SessionException(reason, pending.mayBeApplied);
    settle(pending, () -> pending.future.completeExceptionally(failure), effects);
  }

  private void settle(Pending pending, Runnable completion, Effects effects) {
    unsettled.remove(pending.number);
    effects.add(completion);
    maybeClose(effects);
  }

  private void maybeClose(Effects effects) {
    if (closing && end == null && unsettled.isEmpty()) {
      send(new Pending(0, Bytes.EMPTY, new CompletableFuture<>()), effects);
    }
  }

  // The end.

  /** What waits for another attempt has its outcome; what is on its way gets one of its own. */
  private void expire(Effects effects) {
    if (end != null) {
      return;
    }
    SessionException cause = new SessionException(SessionException.Reason.EXPIRED, true);
    end = cause;
    effects.add(() -> ended.completeExceptionally(cause));
    List<Pending> over = new ArrayList<>(waiting);
    waiting.clear();
    over.forEach(pending -> fail(pending, SessionException.Reason.EXPIRED, effects));
  }

  private void endAll(Throwable cause, Effects effects) {
    if (end == null) {
      end = cause;
    }
    List<Pending> all = new ArrayList<>(unsettled.values());
    unsettled.clear();
    waiting.clear();
    all.forEach(pending -> effects.add(() -> pending.future.completeExceptionally(cause)));
    effects.add(() -> ended.completeExceptionally(cause));
  }

  // Keeping alive.

  private long tickNanos() {
    return limits.ttlNanos() / KEEP_ALIVES_PER_TTL;
  }

  /** Never more than one and a half ticks of silence: a stamp that is much later isn't believed (see LogTime). */
  private void tick(Effects effects) {
    if (end != null) {
      return;
    }
    boolean silent = timer.nanoTime() - heardAt >= tickNanos() / 2;
    if (silent && keepAlivesOnTheirWay < KEEP_ALIVES_PER_TTL) {
      keepAlivesOnTheirWay++;
      Bytes keepAlive = new SessionCommand.KeepAlive(header()).encode();
      effects.add(
          () -> {
            var unused =
                proposer
                    .apply(keepAlive)
                    .whenComplete(
                        (outcome, failure) -> change(then -> onKeptAlive(outcome, failure, then)));
          });
    }
    effects.add(() -> timer.after(tickNanos(), () -> change(this::tick)));
  }

  /** One that came to nothing isn't proposed again: the next tick does. */
  private void onKeptAlive(
      @Nullable Outcome<SessionResult<R>> outcome, @Nullable Throwable failure, Effects effects) {
    keepAlivesOnTheirWay--;
    if (failure != null) {
      endAll(failure, effects);
    } else if (outcome instanceof Outcome.Committed<SessionResult<R>> committed) {
      heard(committed.result());
      if (committed.result() instanceof SessionResult.Expired) {
        expire(effects);
      }
    }
  }
}
