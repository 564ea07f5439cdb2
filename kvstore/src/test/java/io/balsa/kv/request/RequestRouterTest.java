package io.balsa.kv.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.PutResponse;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.state.KvResult;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.Outcome;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.ReadFailedException;
import io.balsa.raft.model.RejectReason;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
final class RequestRouterTest {
  private static final KvResult DONE = new KvResult.Ok(PutResponse.getDefaultInstance());

  private final ScriptedReplica replica = new ScriptedReplica();
  private RequestRouter router = routerWith(Duration.ofSeconds(30));

  @AfterEach
  void close() {
    router.close();
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "NO_LEADER",
        "NOT_LEADER",
        "LEADER_CHANGED",
        "LEADERSHIP_TRANSFER",
        "SUPERSEDED",
        "TIMED_OUT"
      })
  void whatIsCertainlyNotDoneIsTriedAgain(RejectReason reason) throws Exception {
    replica.answers.add(rejected(reason));
    replica.answers.add(rejected(reason));
    replica.answers.add(committed());
    assertThat(propose().get(20, TimeUnit.SECONDS)).isSameAs(DONE);
    assertThat(replica.proposals).hasValue(3);
  }

  @Test
  void whatMayBeDoneIsNeverTriedAgain() {
    replica.answers.add(CompletableFuture.completedFuture(new Outcome.Unknown<>()));
    failsWith(KvError.TIMEOUT, propose());
    assertThat(replica.proposals).hasValue(1);
  }

  @Test
  void refusalsThatWillNotPassAreReportedAtOnce() {
    replica.answers.add(rejected(RejectReason.OVERLOADED));
    failsWith(KvError.TOO_MANY_REQUESTS, propose());
    replica.answers.add(rejected(RejectReason.TOO_LARGE));
    failsWith(KvError.REQUEST_TOO_LARGE, propose());
    replica.answers.add(CompletableFuture.failedFuture(new NodeStoppedException("closed")));
    failsWith(KvError.SERVER_STOPPED, propose());
    assertThat(replica.proposals).hasValue(3);
  }

  @Test
  void retriesEndWithTheRequestsTime() {
    router.close();
    router = routerWith(Duration.ofMillis(50));
    failsWith(KvError.TIMEOUT, propose());
    assertThat(replica.proposals.get()).isGreaterThan(1);
    failsWith(KvError.TIMEOUT, router.readBarrier());
  }

  @Test
  void aReadBarrierIsTriedAgainToo() throws Exception {
    replica.barriers.add(
        CompletableFuture.failedFuture(new ReadFailedException(RejectReason.LEADER_CHANGED)));
    replica.barriers.add(CompletableFuture.completedFuture(7L));
    router.readBarrier().get(20, TimeUnit.SECONDS);
    replica.barriers.add(CompletableFuture.failedFuture(new NodeStoppedException("closed")));
    failsWith(KvError.SERVER_STOPPED, router.readBarrier());
  }

  @Test
  void aCommandAtTheLimitIsProposedAndALargerOneIsNot() throws Exception {
    int limit = CommandCodec.encode(putOf(1000)).size();
    router.close();
    router =
        new RequestRouter(
            replica, 1, new MemberId(2), new RequestRouter.Limits(limit, Duration.ofSeconds(30)));
    replica.answers.add(committed());
    assertThat(router.propose(putOf(1000)).get(20, TimeUnit.SECONDS)).isSameAs(DONE);
    failsWith(KvError.REQUEST_TOO_LARGE, router.propose(putOf(1001)));
    assertThat(replica.proposals).hasValue(1);
  }

  @Test
  void aClosedRouterLetsNothingHang() {
    CompletableFuture<KvResult> waiting = propose();
    router.close();
    failsWith(KvError.SERVER_STOPPED, waiting);
    failsWith(KvError.SERVER_STOPPED, propose());
  }

  @Test
  void theHeaderNamesClusterMemberTermAndRevision() {
    assertThat(router.header(9).build())
        .isEqualTo(
            ResponseHeader.newBuilder()
                .setClusterId(1)
                .setMemberId(2)
                .setRaftTerm(5)
                .setRevision(9)
                .build());
  }

  private RequestRouter routerWith(Duration timeout) {
    return new RequestRouter(
        replica, 1, new MemberId(2), new RequestRouter.Limits(1 << 20, timeout));
  }

  private CompletableFuture<KvResult> propose() {
    return router.propose(putOf(1));
  }

  private static KvCommand.Builder putOf(int valueBytes) {
    return KvCommand.newBuilder()
        .setPut(
            PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("k"))
                .setValue(ByteString.copyFrom(new byte[valueBytes])));
  }

  private static CompletableFuture<Outcome<KvResult>> rejected(RejectReason reason) {
    return CompletableFuture.completedFuture(new Outcome.Rejected<>(reason, Optional.empty()));
  }

  private static CompletableFuture<Outcome<KvResult>> committed() {
    return CompletableFuture.completedFuture(new Outcome.Committed<>(EntryId.ZERO, DONE));
  }

  private static void failsWith(KvError error, CompletableFuture<?> answer) {
    assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(KvException.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  /** Gives the answers that it was told to, and has no leader when it runs out of them. */
  private static final class ScriptedReplica implements Replica {
    private final Queue<CompletableFuture<Outcome<KvResult>>> answers =
        new ConcurrentLinkedQueue<>();
    private final Queue<CompletableFuture<Long>> barriers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger proposals = new AtomicInteger();

    @Override
    public CompletableFuture<Outcome<KvResult>> propose(Bytes command) {
      proposals.incrementAndGet();
      CompletableFuture<Outcome<KvResult>> answer = answers.poll();
      return answer != null ? answer : rejected(RejectReason.NO_LEADER);
    }

    @Override
    public CompletableFuture<Long> readBarrier() {
      CompletableFuture<Long> barrier = barriers.poll();
      return barrier != null
          ? barrier
          : CompletableFuture.failedFuture(new ReadFailedException(RejectReason.NO_LEADER));
    }

    @Override
    public CompletableFuture<Void> transferLeadership(NodeId target) {
      throw new UnsupportedOperationException("not asked for here");
    }

    @Override
    public long term() {
      return 5;
    }

    @Override
    public Optional<NodeId> leader() {
      return Optional.empty();
    }

    @Override
    public NodeStatus status() {
      throw new UnsupportedOperationException("not asked for here");
    }
  }
}
