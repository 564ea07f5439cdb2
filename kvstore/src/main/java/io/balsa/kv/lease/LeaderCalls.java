package io.balsa.kv.lease;

import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import io.balsa.kv.request.CallerContext;
import io.balsa.kv.request.Forwarded;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls that only the leader can answer: here if this member leads, otherwise through its client
 * URL; again and again while leaders change, until the request's time is up. Only for calls that
 * may be made twice. Thread-safe; nothing blocks.
 */
final class LeaderCalls {
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Supplier<? extends Optional<? extends Channel>> leader;
  private final LeaseThread thread;
  private final Duration timeout;
  private final LongSupplier nanoClock;

  /**
   * @param leader a channel to the leader; empty when this member leads or none is known
   */
  LeaderCalls(
      Supplier<? extends Optional<? extends Channel>> leader,
      LeaseThread thread,
      Duration timeout,
      LongSupplier nanoClock) {
    this.leader = leader;
    this.thread = thread;
    this.timeout = timeout;
    this.nanoClock = nanoClock;
  }

  /**
   * One call.
   *
   * @param here answers if this member leads, and fails with NOT_LEADER or LEADER_CHANGED if not
   * @param there asks the leader; not used for a call that another member passed on to us
   */
  <T> CompletableFuture<T> call(
      Supplier<CompletableFuture<T>> here, Function<Channel, CompletableFuture<T>> there) {
    Attempts<T> attempts = new Attempts<>(here, there, Forwarded.thisCall(), nanoClock.getAsLong());
    attempts.next();
    return attempts.answer;
  }

  private final class Attempts<T> {
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private final Supplier<CompletableFuture<T>> here;
    private final Function<Channel, CompletableFuture<T>> there;
    private final boolean passedOnToUs;
    private final @Nullable String token = CallerContext.token();
    private final long begun;

    Attempts(
        Supplier<CompletableFuture<T>> here,
        Function<Channel, CompletableFuture<T>> there,
        boolean passedOnToUs,
        long begun) {
      this.here = here;
      this.there = there;
      this.passedOnToUs = passedOnToUs;
      this.begun = begun;
    }

    void next() {
      var unused = here.get().whenComplete((value, failure) -> settle(value, failure, true));
    }

    private void settle(T value, Throwable failure, boolean askedHere) {
      if (failure == null) {
        answer.complete(value);
      } else if (!isAboutLeadership(failure)) {
        answer.completeExceptionally(failure);
      } else if (passedOnToUs) {
        answer.completeExceptionally(KvError.LEADER_CHANGED.exception());
      } else if (askedHere) {
        askLeader();
      } else {
        tryLater();
      }
    }

    private void askLeader() {
      Optional<? extends Channel> channel = leader.get();
      if (channel.isEmpty()) {
        tryLater();
        return;
      }
      var unused =
          there
              .apply(Forwarded.marking(channel.get(), token))
              .whenComplete((value, failure) -> settle(value, failure, false));
    }

    private void tryLater() {
      if (nanoClock.getAsLong() - begun >= timeout.toNanos()) {
        answer.completeExceptionally(KvError.TIMEOUT.exception());
      } else if (!thread.later(PAUSE, this::next)) {
        answer.completeExceptionally(KvError.SERVER_STOPPED.exception());
      }
    }
  }

  private static boolean isAboutLeadership(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof KvException known) {
      return known.error() == KvError.NOT_LEADER || known.error() == KvError.LEADER_CHANGED;
    }
    return cause instanceof StatusRuntimeException status
        && status.getStatus().getCode() == Status.Code.UNAVAILABLE;
  }
}
