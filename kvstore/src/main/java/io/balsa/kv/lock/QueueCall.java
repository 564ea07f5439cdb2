package io.balsa.kv.lock;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.watch.WatchHub;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call that gets in line and is answered when it is its turn.
 *
 * <p>Threads: each step begins when the one before has ended, on whatever thread that was, so the fields need no lock. Only
 * the cancellation of the answer comes from elsewhere and at any time.
 */
final class QueueCall<T> {
  private static final Logger log = LoggerFactory.getLogger(QueueCall.class);

  /** etcd's, for clients that bring no lease. Nobody keeps it alive. */
  private static final long SESSION_TTL_SECONDS = 60;

  /*
   * What a call leaves behind decides how long others wait:
   *
   *   answered                    its key: the client has what it wanted
   *   client gone, call failed    nothing: nobody would give the place back
   *   the member stops            its key, if the lease is the client's: asked again elsewhere, the client
   *                               finds the place that it had
   *   found its key, and first    its key, whatever happens: an earlier call was answered with it
   *
   * A lease that was made for the call is revoked, with whatever hangs on it. If even that fails, the key lasts as
   * long as its lease does.
   */
  private final Queue queue;
  private final WatchHub hub;
  private final Wish wish;
  private final Function<Turn, T> toAnswer;
  private final CompletableFuture<T> answer = new CompletableFuture<>();

  /** The lease that was made for this call; 0 if the client has its own, and before it is made. */
  private long ownLease;

  /** What must not be left behind. */
  private @Nullable Place toLeave;

  private volatile @Nullable KeyWait waiting;

  /**
   * What the client wants.
   *
   * @param lease 0 for one that is made for the call
   * @param value what the place shall hold
   * @param rewrites whether a place that the lease has already gets the value, too
   * @param lost what to say when the place is lost while it waits
   */
  record Wish(long lease, ByteString value, boolean rewrites, KvError lost) {}

  /**
   * It is this place's turn.
   *
   * @param entered the header of getting in line
   * @param granted the header of finding out that it is the first
   */
  record Turn(Place place, long lease, ResponseHeader entered, ResponseHeader granted) {}

  /** A place in the queue, and how it was got. */
  private record Candidate(Place place, long lease, ResponseHeader entered) {}

  QueueCall(Queue queue, WatchHub hub, Wish wish, Function<Turn, T> toAnswer) {
    this.queue = queue;
    this.hub = hub;
    this.wish = wish;
    this.toAnswer = toAnswer;
  }

  /** Begins. Cancel the future when the client is gone. */
  CompletableFuture<T> begin() {
    var unused = answer.whenComplete((value, failure) -> stopWaiting());
    if (wish.lease() != 0) {
      enter(wish.lease());
    } else {
      // Noted in any case, also if the client is gone by then.
      then(
          queue.kv().grantLease(SESSION_TTL_SECONDS).thenApply(made -> ownLease = made),
          this::enter);
    }
    return answer;
  }

  private void enter(long lease) {
    then(
        queue.enter(lease, wish.value()).thenApply(this::noteIfCreated),
        entry -> {
          Candidate candidate = new Candidate(entry.place(), lease, entry.header());
          if (wish.rewrites() && !entry.value().equals(wish.value())) {
            rewrite(candidate);
          } else {
            look(candidate);
          }
        });
  }

  private Queue.Entry noteIfCreated(Queue.Entry entry) {
    if (entry.created()) {
      toLeave = entry.place();
    }
    return entry;
  }

  private void rewrite(Candidate candidate) {
    toLeave = candidate.place();
    then(
        queue.rewrite(candidate.place(), candidate.lease(), wish.value()),
        rewritten -> {
          if (rewritten.getSucceeded()) {
            look(candidate);
          } else {
            lose();
          }
        });
  }

  /** For the first time: what this member has applied includes the entry, and so everybody before it. */
  private void look(Candidate candidate) {
    then(
        queue.kv().readApplied(view -> queue.standingOf(candidate.place(), view)),
        standing -> judge(candidate, standing, candidate.entered()));
  }

  /** After a wait: the place may have been given back elsewhere, and that have been answered. */
  private void lookAgain(Candidate candidate) {
    then(
        queue.kv().readLinearizable(view -> queue.standingOf(candidate.place(), view)),
        standing -> judge(candidate, standing, queue.kv().headerAt(standing.revision())));
  }

  private void judge(Candidate candidate, Queue.Standing standing, ResponseHeader now) {
    if (!standing.exists()) {
      lose();
    } else if (standing.before().isPresent()) {
      await(candidate, standing.before().get(), standing.revision() + 1);
    } else {
      Turn turn = new Turn(candidate.place(), candidate.lease(), candidate.entered(), now);
      if (!answer.complete(toAnswer.apply(turn))) {
        giveUp(KvError.REQUEST_CANCELED.exception());
      }
    }
  }

  /** Only for the one right before us: each that leaves wakes one other. And for ourselves: leases end. */
  private void await(Candidate candidate, ByteString before, long fromRevision) {
    toLeave = candidate.place();
    KeyWait wait = KeyWait.begin(hub, List.of(before, candidate.place().key()), fromRevision);
    waiting = wait;
    if (answer.isDone()) {
      wait.giveUp(); // It was cancelled before it could be told what to stop.
    }
    then(wait.over(), passed -> lookAgain(candidate));
  }

  private void stopWaiting() {
    KeyWait wait = waiting;
    if (wait != null) {
      wait.giveUp();
    }
  }

  private <S> void then(CompletableFuture<S> step, Consumer<S> next) {
    var unused =
        step.whenComplete(
            (done, failure) -> {
              if (failure != null) {
                end(failure);
              } else if (answer.isDone()) {
                end(KvError.REQUEST_CANCELED.exception());
              } else {
                attempt(() -> next.accept(done));
              }
            });
  }

  private void attempt(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      end(e); // Otherwise nobody would hear of it, and the client would wait for ever.
    }
  }

  private void lose() {
    toLeave = null;
    end(wish.lost().exception());
  }

  private void end(Throwable failure) {
    giveUp(failure);
    answer.completeExceptionally(failure);
  }

  private void giveUp(Throwable reason) {
    Place place = toLeave;
    toLeave = null;
    if (ownLease != 0) {
      report(queue.kv().revokeLease(ownLease), "lease " + Long.toHexString(ownLease));
    } else if (place != null && !isStop(reason)) {
      report(queue.leave(place), "place of " + place.key().toStringUtf8());
    }
  }

  private static boolean isStop(Throwable reason) {
    Throwable cause = reason instanceof CompletionException ? reason.getCause() : reason;
    return cause instanceof KvException known && known.error() == KvError.SERVER_STOPPED;
  }

  private static void report(CompletableFuture<?> leaving, String what) {
    var unused =
        leaving.whenComplete(
            (left, failure) -> {
              if (failure != null) {
                log.warn(
                    "the {} is left behind until its lease ends: {}", what, failure.toString());
              }
            });
  }
}
