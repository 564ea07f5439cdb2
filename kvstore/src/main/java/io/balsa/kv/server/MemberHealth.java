package io.balsa.kv.server;

import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.kv.state.ReadView;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Whether reads are served, in the words of etcd's {@code /health}. Thread-safe; doesn't block. */
final class MemberHealth implements HttpEndpoints.HealthCheck {
  private final RequestRouter router;
  private final KvStateMachine state;

  MemberHealth(RequestRouter router, KvStateMachine state) {
    this.router = router;
    this.state = state;
  }

  @Override
  public CompletableFuture<Optional<String>> complaint(boolean serializable) {
    if (serializable) {
      return CompletableFuture.completedFuture(readLocally());
    }
    if (router.replica().leader().isEmpty()) {
      return CompletableFuture.completedFuture(Optional.of("RAFT NO LEADER"));
    }
    return router
        .readBarrier()
        .handle((passed, failure) -> failure == null ? readLocally() : complaintOf(failure));
  }

  private Optional<String> readLocally() {
    try (ReadView view = state.view()) {
      return view.currentRevision() > 0 ? Optional.empty() : Optional.of("RANGE ERROR:no state");
    } catch (RuntimeException e) {
      return complaintOf(e);
    }
  }

  private static Optional<String> complaintOf(Throwable failure) {
    Throwable cause = failure.getCause();
    Throwable told = failure instanceof CompletionException && cause != null ? cause : failure;
    return Optional.of("RANGE ERROR:" + told.getMessage());
  }
}
