package io.balsa.raft.testkit.invariant;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.NodeId;

/**
 * A vote, a request for one, or an acknowledgement that others can see is on its sender's platter (Figure 2: "updated on
 * stable storage before responding to RPCs"). A vote that can be forgotten is two votes.
 */
public final class NothingSentBeforeDurable implements Property {
  @Override
  public void onSent(NodeView from, NodeId to, Message message) {
    if (message instanceof Message.VoteResponse response && response.granted()) {
      checkVote(from, response.term(), to);
    } else if (message instanceof Message.VoteRequest request) {
      checkVote(from, request.term(), from.id());
    } else if (message instanceof Message.AppendAccepted accepted) {
      checkAccepted(from, accepted);
    }
  }

  private void checkVote(NodeView voter, long term, NodeId candidate) {
    HardState durable = voter.platter().hardState();
    boolean voteIsDurable =
        durable.term() == term && durable.votedFor().filter(candidate::equals).isPresent();
    // A higher durable term makes this a late vote of a term in which nothing can change any more.
    PropertyViolation.check(
        voteIsDurable || durable.term() > term,
        this,
        "%s shows its vote for %s in term %d, but its platter holds %s",
        voter.id(),
        candidate,
        term,
        durable);
  }

  private void checkAccepted(NodeView follower, Message.AppendAccepted accepted) {
    LogImage platter = follower.platter();
    PropertyViolation.check(
        platter.hardState().term() >= accepted.term(),
        this,
        "%s acknowledges in term %d, but its platter holds %s",
        follower.id(),
        accepted.term(),
        platter.hardState());
    PropertyViolation.check(
        platter.lastIndex() >= accepted.matchIndex()
            || platter.hardState().term() > accepted.term(),
        this,
        "%s acknowledges %d, but its platter ends at %s",
        follower.id(),
        accepted.matchIndex(),
        platter.last());
  }
}
