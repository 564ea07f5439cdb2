package io.balsa.examples.readme;

import io.balsa.examples.readme.EmbeddingExample.Counter;
import io.balsa.raft.RaftNode;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.session.RaftSession;
import io.balsa.raft.session.ResultCodec;
import io.balsa.raft.session.SessionResult;
import io.balsa.raft.session.SessionStateMachine;

/** The counter of {@link EmbeddingExample}, counted exactly once. README.md shows what stands between the markers. */
public final class SessionExample {
  private SessionExample() {}

  // example:session
  /** The state machine to start all nodes with: the counter, and a table of what was answered to whom. */
  public static SessionStateMachine<Long> remembering(Counter counter) {
    return new SessionStateMachine<>(counter, ResultCodec.LONG);
  }

  /** Adds each amount once, whatever happens to leaders and answers meanwhile. */
  public static long addAll(RaftNode<SessionResult<Long>> node, long... amounts) {
    RaftSession<Long> session = RaftSession.open(node).join();
    long total = 0;
    for (long amount : amounts) {
      total = session.propose(Bytes.ofLong(amount)).join(); // proposed until the outcome is known
    }
    session.close().join();
    return total;
  }
  // example:end
}
