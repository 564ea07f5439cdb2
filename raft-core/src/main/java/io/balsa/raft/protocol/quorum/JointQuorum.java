package io.balsa.raft.protocol.quorum;

import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** A majority of the voters and, while the membership is joint, also one of the outgoing voters (paper §6). */
public final class JointQuorum {
  private final MajorityQuorum incoming;
  private final MajorityQuorum outgoing;

  public JointQuorum(Membership membership) {
    this.incoming = new MajorityQuorum(membership.voters());
    this.outgoing = new MajorityQuorum(membership.outgoingVoters());
  }

  public boolean isMetBy(Predicate<NodeId> agrees) {
    return incoming.isMetBy(agrees) && (outgoing.isEmpty() || outgoing.isMetBy(agrees));
  }

  /** The largest number that each majority reaches. */
  public long reachedBy(ToLongFunction<NodeId> value) {
    long reached = incoming.reachedBy(value);
    return outgoing.isEmpty() ? reached : Math.min(reached, outgoing.reachedBy(value));
  }
}
