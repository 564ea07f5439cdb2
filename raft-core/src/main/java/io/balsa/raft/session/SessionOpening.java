package io.balsa.raft.session;

import io.balsa.raft.Outcome;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.RejectReason;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Opens a session: proposes that until it is done. Each attempt whose outcome stays unknown may leave a session that expires. */
final class SessionOpening<R> {
  private final Function<Bytes, CompletableFuture<Outcome<SessionResult<R>>>> proposer;
  private final SessionLimits limits;
  private final SessionTimer timer;
  private final Backoff backoff;
  private final CompletableFuture<RaftSession<R>> opened = new CompletableFuture<>();

  SessionOpening(
      Function<Bytes, CompletableFuture<Outcome<SessionResult<R>>>> proposer,
      SessionLimits limits,
      SessionTimer timer) {
    this.proposer = proposer;
    this.limits = limits;
    this.timer = timer;
    this.backoff = new Backoff(timer.nanoTime()); // there is no number yet to tell it from others
  }

  CompletableFuture<RaftSession<R>> begin() {
    propose();
    return opened;
  }

  private void propose() {
    if (!opened.isDone()) {
      var unused =
          proposer.apply(new SessionCommand.Open(limits).encode()).whenComplete(this::onOutcome);
    }
  }

  private void onOutcome(@Nullable Outcome<SessionResult<R>> outcome, @Nullable Throwable failure) {
    if (outcome instanceof Outcome.Committed<SessionResult<R>> committed
        && committed.result() instanceof SessionResult.SessionHeard<R> heard) {
      RaftSession<R> session = new RaftSession<>(proposer, heard, limits, timer);
      if (!opened.complete(session)) {
        session.abandon();
      }
    } else if (outcome instanceof Outcome.Committed) {
      opened.completeExceptionally(
          new SessionException(SessionException.Reason.NOT_FOR_SESSIONS, false));
    } else if (failure != null) {
      opened.completeExceptionally(failure);
    } else if (outcome instanceof Outcome.Rejected<SessionResult<R>> rejected
        && rejected.reason() == RejectReason.TOO_LARGE) {
      opened.completeExceptionally(new SessionException(SessionException.Reason.TOO_LARGE, false));
    } else {
      timer.after(backoff.next(), this::propose);
    }
  }
}
