package io.balsa.kv.server;

import io.balsa.kv.http.MemberView;
import io.balsa.kv.proto.AlarmType;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.Alarm;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.kv.state.ReadView;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Whether this member can serve. Thread-safe; doesn't block. */
final class MemberHealth implements MemberView {
  private final RequestRouter router;
  private final KvStateMachine state;
  private final BooleanSupplier isLearner;

  MemberHealth(RequestRouter router, KvStateMachine state, BooleanSupplier isLearner) {
    this.router = router;
    this.state = state;
    this.isLearner = isLearner;
  }

  @Override
  public Collection<AlarmType> alarms() {
    return state.alarms().active().stream().map(Alarm::type).toList();
  }

  @Override
  public boolean hasLeader() {
    return router.replica().leader().isPresent();
  }

  @Override
  public boolean isLearner() {
    return isLearner.getAsBoolean();
  }

  @Override
  public CompletableFuture<Void> read(boolean serializable) {
    CompletableFuture<Void> barrier =
        serializable ? CompletableFuture.completedFuture(null) : router.readBarrier();
    return barrier.thenRun(this::readLocally);
  }

  private void readLocally() {
    try (ReadView view = state.view()) {
      if (view.currentRevision() <= 0) {
        throw new IllegalStateException("no state");
      }
    }
  }
}
