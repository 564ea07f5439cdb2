package io.balsa.raft.protocol;

import io.balsa.raft.message.Message;
import io.balsa.raft.message.Message.HeartbeatRequest;
import io.balsa.raft.message.Message.HeartbeatResponse;
import io.balsa.raft.message.Message.PreVoteRequest;
import io.balsa.raft.message.Message.PreVoteResponse;
import io.balsa.raft.message.Message.ReadIndexRequest;
import io.balsa.raft.message.Message.ReadIndexResponse;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.Standing;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Keeps a node with a blank disk from taking part until it is certain that no earlier life of it did. */
final class Introduction {
  /*
   * A node that lost its disk has forgotten whom it voted for and what it acknowledged. If it took part again under its old
   * name, it could vote twice in a term, or elect a leader that lacks a committed entry (traps M13, D10). A blank disk alone
   * doesn't tell a first start from such a loss; others can.
   *
   *   initial voters   Blank, they ask each other by a pre-vote, whose term is a number of this life alone: so no answer is one
   *                    to an earlier life. "All others answered, and nobody is beyond term 0" is noted durably, by a vote for itself in term 0: from then on the disk isn't blank. The first election
   *                    needs the pre-votes of all voters, and a blank node gives none; so, whoever is beyond term 0, every
   *                    initial voter has made its note before. A blank node that meets a term has lost its note, and is
   *                    refused.
   *   added later      A node becomes a voter only after it has acknowledged an entry as a learner, so its disk isn't blank
   *                    then. A blank node that a leader addresses as a voter is refused. As a learner it asks that leader
   *                    for the index of a linearizable read, under a number that no other life of it can have used: so the
   *                    answer shows that the leader led when the disk was blank already, and nobody later knew an earlier
   *                    life. It is taken in if the membership that makes a learner of it is committed through that index:
   *                    whatever an earlier life acknowledged as a voter, and others relied on, came before. It has voted for
   *                    that leader in its term. Until its log has got to the index again, it votes as if it had, and doesn't
   *                    campaign: the beginning of the log may call it a voter.
   *
   * The leader, which may not be told when a learner comes back blank, counts no acknowledgement of a learner's: of one that became a
   * voter, only those of the entry that made it one (Progress#countFrom). No life that held this entry comes back blank unnoticed.
   *
   * While it is blank a node answers pre-votes (with a no) and nothing else: no vote, no acknowledgement, no term is adopted.
   * What remains: a lone initial voter can't ask anybody.
   */
  private final CoreState state;

  private Standing standing;

  /** Of what a blank node asks a leader. Negative: the driver's numbers of reads are positive. */
  private final long readId;

  /** A leader, and the membership by which it takes this node for a learner. */
  private record Sponsor(NodeId leader, long term, EntryId learnerSince) {}

  /** Whom this node heard last, and asked. */
  private Optional<Sponsor> sponsor = Optional.empty();

  private long askedAt;

  /** The term of the pre-votes by which a blank initial voter asks. Pre-votes change nobody's term (thesis §9.6). */
  private final long question;

  /** The initial voters that answered, none of them beyond term 0. */
  private final Set<NodeId> met = new TreeSet<>();

  Introduction(CoreState state, boolean blank, long seed) {
    this.state = state;
    SplittableRandom random = new SplittableRandom(seed);
    this.readId = random.nextLong() | Long.MIN_VALUE;
    this.question = random.nextLong(1, Long.MAX_VALUE);
    this.standing = blank ? Standing.BLANK : Standing.MEMBER;
    if (blank) {
      state.electionTimer.expire(state.now);
    }
  }

  Standing standing() {
    return standing;
  }

  static boolean isOfBlankNode(ReadIndexRequest request) {
    return request.readId() < 0;
  }

  boolean isPending() {
    return standing != Standing.MEMBER;
  }

  /** The election timer ran out. */
  void onTimeout() {
    if (state.isVoter() && standing == Standing.BLANK) {
      PreVoteRequest request = new PreVoteRequest(question, state.log.last());
      state.membership().voters().stream()
          .filter(voter -> !voter.equals(state.self()))
          .forEach(voter -> state.outbox.send(voter, request));
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
      onAnswer(from, response);
    } else if (message instanceof HeartbeatRequest heartbeat) {
      onHeartbeat(from, heartbeat);
    } else if (message instanceof ReadIndexResponse response && response.readId() == readId) {
      onReadIndex(from, response);
    }
    return !isPending();
  }

  private void onHeartbeat(NodeId leader, HeartbeatRequest heartbeat) {
    Optional<Sponsor> heard =
        heartbeat.learnerSince().map(since -> new Sponsor(leader, heartbeat.term(), since));
    boolean due = state.now - askedAt >= state.config.heartbeatIntervalNanos();
    boolean asks = heard.isPresent() && (due || !heard.equals(sponsor));
    sponsor = heard;
    standing = heard.isPresent() ? Standing.BLANK : Standing.REFUSED;
    if (asks) {
      askedAt = state.now;
      state.outbox.send(leader, new ReadIndexRequest(heartbeat.term(), readId));
    }
  }

  /** Entries of its own term are committed before a leader answers, so the one at the index is of the term. */
  private void onReadIndex(NodeId leader, ReadIndexResponse response) {
    EntryId committed = new EntryId(response.term(), response.readIndex());
    boolean asked =
        sponsor.isPresent()
            && sponsor.get().leader().equals(leader)
            && sponsor.get().term() == response.term();
    if (asked && sponsor.get().learnerSince().compareTo(committed) <= 0) {
      takeIn(leader, response.term(), committed);
    }
  }

  /**
   * From now on the disk isn't blank. An earlier life may have voted in this term, and its vote must not be given again: so it
   * is the leader's, who can't be elected any more than it is.
   */
  private void takeIn(NodeId leader, long term, EntryId forgotten) {
    standing = Standing.MEMBER;
    state.enterTerm(term);
    state.voteFor(leader);
    state.admitForgotten(forgotten);
    state.outbox.sendAfterPersist(leader, new HeartbeatResponse(term, 0, false)); // it may begin
  }

  /** To a question of this life, or of an earlier one: who was added later asks nothing. */
  private void onAnswer(NodeId from, PreVoteResponse response) {
    if (response.term() > 0) {
      standing = Standing.REFUSED;
      return;
    }
    if (!state.isVoter() || response.proposedTerm() != question) {
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
