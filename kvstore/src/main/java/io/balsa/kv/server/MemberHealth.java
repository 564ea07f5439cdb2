package io.balsa.kv.server;

import io.balsa.kv.http.MemberView;
import io.balsa.kv.proto.AlarmType;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.Alarm;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.kv.state.ReadView;
import io.balsa.raft.NodeStatus;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/** Whether this member can serve. Thread-safe; doesn't block. */
final class MemberHealth implements MemberView {
  private final RequestRouter router;
  private final KvStateMachine state;

  MemberHealth(RequestRouter router, KvStateMachine state) {
    this.router = router;
    this.state = state;
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
    NodeStatus node = router.replica().status();
    return node.membership().learners().contains(node.self());
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
