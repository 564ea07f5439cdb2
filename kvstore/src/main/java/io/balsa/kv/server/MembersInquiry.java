package io.balsa.kv.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.balsa.kv.members.MembersAnswer;
import io.balsa.kv.members.MembersQuestion;
import io.balsa.kv.members.Replacement;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.transport.netty.NettyTransport;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Asks the member at a peer URL whom it knows as members; {@link PeerDesk} answers. Stateless; nothing blocks. */
final class MembersInquiry {
  private MembersInquiry() {}

  /**
   * @param linearizable whether the answer must be as new as the question, which takes a leader
   * @return fails if there is no answer within the patience, or none that makes sense
   */
  static CompletableFuture<MembersAnswer> ask(URI peer, boolean linearizable, Duration patience) {
    return ask(peer, MembersQuestion.newBuilder().setLinearizable(linearizable).build(), patience);
  }

  /** The marks of the member's state. */
  static CompletableFuture<MembersAnswer> marks(URI peer, Duration patience) {
    return ask(peer, MembersQuestion.newBuilder().setMarks(true).build(), patience);
  }

  /**
   * Has a member replaced by a new one. May be asked for again.
   *
   * @return the members afterwards; fails if that isn't known to be done within the patience
   */
  static CompletableFuture<MembersAnswer> replace(
      URI peer, Replacement replacement, Duration patience) {
    return ask(peer, MembersQuestion.newBuilder().setReplacement(replacement).build(), patience);
  }

  private static CompletableFuture<MembersAnswer> ask(
      URI peer, MembersQuestion question, Duration patience) {
    return NettyTransport.ask(
            MemberUrls.unresolvedAddress(peer), Bytes.wrap(question.toByteArray()), patience)
        .thenApply(MembersInquiry::parse);
  }

  private static MembersAnswer parse(Bytes answer) {
    try {
      return MembersAnswer.parseFrom(answer.toByteArray());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("the answer makes no sense", e);
    }
  }
}
