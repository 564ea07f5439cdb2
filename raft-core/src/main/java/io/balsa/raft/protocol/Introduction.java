package io.balsa.raft.protocol;

import io.balsa.raft.message.Message;
import io.balsa.raft.message.Message.HeartbeatRequest;
import io.balsa.raft.message.Message.PreVoteRequest;
import io.balsa.raft.message.Message.PreVoteResponse;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.Standing;
import java.util.Set;
import java.util.TreeSet;

/** Keeps a node with a blank disk from taking part until it is certain that no earlier life of it did. */
final class Introduction {
  /*
   * A node that lost its disk has forgotten whom it voted for and what it acknowledged. If it took part again under its old
   * name, it could vote twice in a term, or elect a leader that lacks a committed entry (traps M13, D10). A blank disk alone
   * doesn't tell a first start from such a loss; others can.
   *
   *   initial voters   Blank, they ask each other by a pre-vote for term 1. "All others answered, and nobody is beyond term 0"
   *                    is noted durably, by a vote for itself in term 0: from then on the disk isn't blank. The first election
   *                    needs the pre-votes of all voters, and a blank node gives none; so, whoever is beyond term 0, every
   *                    initial voter has made its note before. A blank node that meets a term has lost its note, and is
   *                    refused.
   *   added later      A node becomes a voter only after it has acknowledged an entry as a learner, so its disk isn't blank
   *                    then. A blank node that a leader addresses as a voter is refused; as a learner it is taken in,
   *                    and has voted for that leader in its term.
   *
   * While it is blank a node answers pre-votes (with a no) and nothing else: no vote, no acknowledgement, no term is adopted.
   * What remains: a lone initial voter can't ask anybody, and a leader that is deposed, and doesn't know it yet, may take in as
   * a learner who has become a voter since.
   */
  private final CoreState state;

  private Standing standing;

  /** The initial voters that answered, none of them beyond term 0. */
  private final Set<NodeId> met = new TreeSet<>();

  Introduction(CoreState state, boolean blank) {
    this.state = state;
    this.standing = blank ? Standing.BLANK : Standing.MEMBER;
    if (blank) {
      state.electionTimer.expire(state.now);
    }
  }

  Standing standing() {
    return standing;
  }

  boolean isPending() {
    return standing != Standing.MEMBER;
  }

  /** The election timer ran out. */
  void onTimeout() {
    if (state.isVoter() && standing == Standing.BLANK) {
      PreVoteRequest question = new PreVoteRequest(state.term() + 1, state.log.last());
      state.membership().voters().stream()
          .filter(voter -> !voter.equals(state.self()))
          .forEach(voter -> state.outbox.send(voter, question));
      state.electionTimer.restartSoon(state.now);
    } else {
      state.electionTimer.restart(state.now); // it can only be taken in
    }
  }

  /** Whether the message may be looked at as usual. */
  boolean admits(NodeId from, Message message) {
    if (message instanceof PreVoteRequest request) {
      state.outbox.send(from, new PreVoteResponse(state.term(), request.term(), false));
    } else if (message instanceof PreVoteResponse response) {
      onAnswer(from, response.term());
    } else if (message instanceof HeartbeatRequest heartbeat && heartbeat.toLearner()) {
      takeIn(from, heartbeat.term());
    } else if (message instanceof HeartbeatRequest) {
      standing = Standing.REFUSED;
    }
    return !isPending();
  }

  /**
   * From now on the disk isn't blank. An earlier life may have voted in this term, and its vote must not be given again: so it
   * is the leader's, who can't be elected any more than it is.
   */
  private void takeIn(NodeId leader, long term) {
    standing = Standing.MEMBER;
    state.enterTerm(term);
    state.voteFor(leader);
  }

  private void onAnswer(NodeId from, long term) {
    if (term > 0) {
      standing = Standing.REFUSED;
      return;
    }
    met.add(from);
    boolean metAll =
        state.membership().voters().stream()
            .allMatch(voter -> voter.equals(state.self()) || met.contains(voter));
    if (metAll && standing == Standing.BLANK) {
      standing = Standing.MEMBER;
      state.voteFor(state.self());
      state.electionTimer.restartFresh(state.now);
    }
  }
}
