package io.balsa.kv.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.etcd.ReadPool;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseGrantResponse;
import io.balsa.kv.proto.LeaseGrpc;
import io.balsa.kv.proto.LeaseGrpc.LeaseBlockingStub;
import io.balsa.kv.proto.LeaseKeepAliveRequest;
import io.balsa.kv.proto.LeaseKeepAliveResponse;
import io.balsa.kv.proto.LeaseLeasesRequest;
import io.balsa.kv.proto.LeaseRevokeRequest;
import io.balsa.kv.proto.LeaseStatus;
import io.balsa.kv.proto.LeaseTimeToLiveRequest;
import io.balsa.kv.proto.LeaseTimeToLiveResponse;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.ApplyListener;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.KvStateMachine;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The service through gRPC, at the leader and at a follower, on one state. */
class LeaseServiceTest {
  private static final LeaseConfig CONFIG =
      new LeaseConfig(
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofMillis(50),
          500,
          Duration.ofMillis(100),
          Duration.ofMinutes(5),
          1000);

  private final KvStateMachine state =
      KvStateMachine.inMemory(KvStateConfig.DEFAULT.withoutBackgroundCompaction());
  private final SoloReplica.Log log = new SoloReplica.Log(state);
  private final LeaseThread thread = new LeaseThread();
  private final ReadPool reads = new ReadPool(2);
  private final Member leader = new Member("leader");
  private final Member follower = new Member("follower");

  /** A member with its server, and a client's channel to it. */
  private final class Member {
    final SoloReplica replica = new SoloReplica(log);
    final RequestRouter router =
        new RequestRouter(
            replica,
            99,
            SoloReplica.SELF,
            RequestRouter.Limits.of(1 << 20, CONFIG.electionTimeout()));
    final LeaseKeeper keeper =
        new LeaseKeeper(replica, state.leases(), CONFIG, System::nanoTime, thread);
    final ManagedChannel channel;
    final Server server;
    volatile Optional<ManagedChannel> toLeader = Optional.empty();

    Member(String name) {
      LeaseService service =
          new LeaseService(
              new LeaseService.Parts(
                  router,
                  keeper,
                  state.leases(),
                  () -> state.events().currentRevision(),
                  () -> toLeader,
                  thread,
                  reads,
                  state::auth),
              CONFIG);
      server = InProcessServerBuilder.forName(name).addService(service.definition()).build();
      channel = InProcessChannelBuilder.forName(name).build();
      try {
        server.start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    LeaseBlockingStub stub() {
      return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    void lead(boolean leads) {
      replica.lead(leads);
      keeper.onStatus(replica.status());
    }

    void close() {
      channel.shutdownNow();
      server.shutdownNow();
      router.close();
    }
  }

  @BeforeEach
  void elect() {
    state.setListener(leader.keeper);
    leader.lead(true);
    follower.toLeader = Optional.of(leader.channel);
  }

  @AfterEach
  void stop() {
    thread.close();
    reads.close();
    leader.close();
    follower.close();
    state.close();
  }

  private static LeaseGrantRequest grant(long id, long ttl) {
    return LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build();
  }

  private static void assertFails(Runnable call, Status.Code code, String text) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            failure -> {
              assertThat(failure.getStatus().getCode()).isEqualTo(code);
              assertThat(failure.getStatus().getDescription()).isEqualTo(text);
            });
  }

  /** Renews over one stream; the answers in the order in which they came. */
  private static List<LeaseKeepAliveResponse> keepAlive(Member member, long... ids)
      throws Exception {
    List<LeaseKeepAliveResponse> answers = new ArrayList<>();
    CompletableFuture<List<LeaseKeepAliveResponse>> done = new CompletableFuture<>();
    StreamObserver<LeaseKeepAliveRequest> requests =
        LeaseGrpc.newStub(member.channel)
            .leaseKeepAlive(
                new StreamObserver<>() {
                  @Override
                  public void onNext(LeaseKeepAliveResponse answer) {
                    answers.add(answer);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    done.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    done.complete(answers);
                  }
                });
    for (long id : ids) {
      requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(id).build());
    }
    requests.onCompleted();
    return done.get(20, TimeUnit.SECONDS);
  }

  @Test
  void aGrantIsGivenAnIdAndTheShortestTimeThatThereIs() {
    LeaseGrantResponse granted = leader.stub().leaseGrant(grant(0, -5));
    assertThat(granted.getID()).isPositive();
    assertThat(granted.getTTL()).isEqualTo(2);
    assertThat(granted.getHeader().getClusterId()).isEqualTo(99);
    assertThat(granted.getHeader().getRevision()).isEqualTo(1);
    assertThat(follower.stub().leaseGrant(grant(7, 100)).getTTL()).isEqualTo(100);
  }

  @Test
  void aGrantThatCannotBeIsRefusedWithEtcdsWords() {
    assertThat(leader.stub().leaseGrant(grant(7, 10)).getID()).isEqualTo(7);
    assertFails(
        () -> leader.stub().leaseGrant(grant(7, 10)),
        Status.Code.FAILED_PRECONDITION,
        "etcdserver: lease already exists");
    assertFails(
        () -> leader.stub().leaseGrant(grant(8, 9_000_000_001L)),
        Status.Code.OUT_OF_RANGE,
        "etcdserver: too large lease TTL");
    assertFails(
        () -> leader.stub().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(8).build()),
        Status.Code.NOT_FOUND,
        "etcdserver: requested lease not found");
  }

  @Test
  void everyRenewalIsAnsweredInOrderAlsoTheUnknown() throws Exception {
    for (long id = 1; id <= 300; id++) {
      var unused = leader.stub().leaseGrant(grant(id, 10 + id));
    }
    long[] ids = LongStream.rangeClosed(1, 600).map(i -> i % 2 == 0 ? 9_999 : i / 2 + 1).toArray();
    for (Member member : List.of(leader, follower)) {
      List<LeaseKeepAliveResponse> answers = keepAlive(member, ids);
      assertThat(answers).hasSize(600);
      for (int i = 0; i < ids.length; i++) {
        assertThat(answers.get(i).getID()).isEqualTo(ids[i]);
        assertThat(answers.get(i).getTTL()).isEqualTo(ids[i] == 9_999 ? 0 : 10 + ids[i]);
      }
      assertThat(answers.get(0).getHeader().getClusterId()).isEqualTo(99);
    }
  }

  @Test
  void timeToLiveAtAFollowerIsTheLeadersWithKeysIfAsked() {
    var granted = leader.stub().leaseGrant(grant(7, 100));
    PutRequest put =
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("k"))
            .setLease(granted.getID())
            .build();
    var unused = log.append(CommandCodec.encode(KvCommand.newBuilder().setPut(put)));
    LeaseTimeToLiveRequest.Builder request = LeaseTimeToLiveRequest.newBuilder().setID(7);
    LeaseTimeToLiveResponse plain = follower.stub().leaseTimeToLive(request.build());
    assertThat(plain.getTTL()).isBetween(90L, 100L);
    assertThat(plain.getGrantedTTL()).isEqualTo(100);
    assertThat(plain.getKeysList()).isEmpty();
    assertThat(plain.getHeader().getRevision()).isEqualTo(2);
    assertThat(follower.stub().leaseTimeToLive(request.setKeys(true).build()).getKeysList())
        .containsExactly(ByteString.copyFromUtf8("k"));
    LeaseTimeToLiveResponse unknown = follower.stub().leaseTimeToLive(request.setID(8).build());
    assertThat(unknown.getTTL()).isEqualTo(-1);
    assertThat(unknown.getGrantedTTL()).isZero();
  }

  @Test
  void everyMemberListsAllLeases() {
    for (long id : new long[] {5, 3, 4}) {
      var unused = leader.stub().leaseGrant(grant(id, 100));
    }
    assertThat(follower.stub().leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList())
        .extracting(LeaseStatus::getID)
        .containsExactly(3L, 4L, 5L);
  }

  @Test
  void theLeaderListsTheLeaseThatEndsSoonestFirst() {
    for (long id : new long[] {5, 3, 4}) {
      var unused = leader.stub().leaseGrant(grant(id, 100 * id));
    }
    var late = leader.stub().leaseGrant(grant(2, 450));
    assertThat(late.getTTL()).isEqualTo(450);
    assertThat(leader.stub().leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList())
        .extracting(LeaseStatus::getID)
        .containsExactly(3L, 4L, 2L, 5L);
  }

  @Test
  void aRenewalFindsTheNewLeaderWhenThereIsOne() throws Exception {
    var unused = leader.stub().leaseGrant(grant(7, 100));
    leader.lead(false);
    follower.toLeader = Optional.empty();
    CompletableFuture<List<LeaseKeepAliveResponse>> renewal =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return keepAlive(follower, 7);
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    log.term++;
    state.setListener(follower.keeper);
    follower.lead(true);
    assertThat(renewal.get(20, TimeUnit.SECONDS).get(0).getTTL()).isEqualTo(100);
  }

  @Test
  void membersThatTakeEachOtherForTheLeaderDoNotPassACallToAndFro() {
    leader.lead(false);
    leader.toLeader = Optional.of(follower.channel);
    assertFails(
        () -> {
          try {
            var unused = keepAlive(follower, 7);
          } catch (Exception e) {
            throw Status.fromThrowable(e).asRuntimeException();
          }
        },
        Status.Code.UNAVAILABLE,
        "etcdserver: request timed out");
  }

  @Test
  void theThreadExpiresWhatRunsOut() throws Exception {
    thread.drive(leader.keeper, CONFIG.tick());
    CompletableFuture<Long> revoked = new CompletableFuture<>();
    state.setListener(
        new ApplyListener() {
          @Override
          public void onLeaseGranted(long id, long ttlSeconds) {
            leader.keeper.onLeaseGranted(id, ttlSeconds);
          }

          @Override
          public void onLeaseRevoked(long id) {
            leader.keeper.onLeaseRevoked(id);
            revoked.complete(id);
          }
        });
    var unused = leader.stub().leaseGrant(grant(7, 2));
    assertThat(revoked.get(20, TimeUnit.SECONDS)).isEqualTo(7);
  }
}
