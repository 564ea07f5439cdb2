package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.election.CampaignRequest;
import io.balsa.kv.proto.election.CampaignResponse;
import io.balsa.kv.proto.election.ElectionGrpc;
import io.balsa.kv.proto.election.LeaderKey;
import io.balsa.kv.proto.election.LeaderRequest;
import io.balsa.kv.proto.election.LeaderResponse;
import io.balsa.kv.proto.election.ProclaimRequest;
import io.balsa.kv.proto.election.ProclaimResponse;
import io.balsa.kv.proto.election.ResignRequest;
import io.balsa.kv.proto.election.ResignResponse;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Elections at three members. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ElectionTest {
  private TestCluster cluster;
  private final List<MemberClient> clients = new ArrayList<>();

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    cluster = TestCluster.start(dir, 3);
    for (int member = 0; member < 3; member++) {
      clients.add(new MemberClient(cluster, member));
    }
  }

  @AfterAll
  void stop() {
    clients.forEach(MemberClient::close);
    cluster.close();
  }

  @Test
  void whoWinsIsToldTheProofOfIt() {
    long lease = clients.get(0).grant(60);
    CampaignResponse won = clients.get(0).election().campaign(campaign("proof", lease, "a"));
    assertThat(won.getLeader())
        .isEqualTo(
            LeaderKey.newBuilder()
                .setName(bytes("proof"))
                .setKey(bytes("proof/" + Long.toHexString(lease)))
                .setRev(won.getHeader().getRevision())
                .setLease(lease)
                .build());
    LeaderResponse leader = clients.get(1).election().leader(leaderOf("proof"));
    assertThat(leader.getKv().getKey()).isEqualTo(won.getLeader().getKey());
    assertThat(leader.getKv().getValue()).isEqualTo(bytes("a"));
    assertThat(leader.getKv().getLease()).isEqualTo(lease);
  }

  @Test
  void candidatesWinInTheOrderInWhichTheyCame() throws Exception {
    CampaignResponse first = clients.get(0).election().campaign(campaign("order", 0, "first"));
    ListenableFuture<CampaignResponse> second = campaignLater(1, "order", 0, "second", 2);
    ListenableFuture<CampaignResponse> third = campaignLater(2, "order", 0, "third", 3);
    assertThat(leaderValue(1, "order")).isEqualTo("first");
    resign(2, first.getLeader());
    LeaderKey next = done(second).getLeader();
    assertThat(leaderValue(2, "order")).isEqualTo("second");
    assertThat(third.isDone()).isFalse();
    resign(0, next);
    assertThat(done(third).getLeader().getRev()).isGreaterThan(next.getRev());
    assertThat(leaderValue(0, "order")).isEqualTo("third");
  }

  @Test
  void whoCampaignsAgainProclaimsWhatItSaysNow() {
    long lease = clients.get(0).grant(60);
    CampaignResponse first = clients.get(0).election().campaign(campaign("twice", lease, "old"));
    CampaignResponse again = clients.get(1).election().campaign(campaign("twice", lease, "new"));
    assertThat(again.getLeader()).isEqualTo(first.getLeader());
    assertThat(leaderValue(2, "twice")).isEqualTo("new");
  }

  @Test
  void onlyTheLeaderProclaims() {
    long lease = clients.get(0).grant(60);
    LeaderKey leader =
        clients.get(0).election().campaign(campaign("say", lease, "one")).getLeader();
    ProclaimResponse said = clients.get(1).election().proclaim(proclaim(leader, "two"));
    LeaderResponse now = clients.get(2).election().leader(leaderOf("say"));
    assertThat(now.getKv().getValue()).isEqualTo(bytes("two"));
    assertThat(now.getKv().getLease()).isEqualTo(lease);
    assertThat(now.getKv().getModRevision()).isEqualTo(said.getHeader().getRevision());

    // A key without a lease leaves it with the lease that it has.
    LeaderKey noLease = leader.toBuilder().clearLease().build();
    assertThat(clients.get(0).election().proclaim(proclaim(noLease, "three")).hasHeader()).isTrue();
    assertThat(clients.get(2).election().leader(leaderOf("say")).getKv().getLease())
        .isEqualTo(lease);

    resign(0, leader);
    refuses(
        () -> clients.get(0).election().proclaim(proclaim(leader, "four")),
        KvError.ELECTION_NOT_LEADER);
    resign(1, leader); // Again: nothing happens, and that isn't an error.
  }

  @Test
  void whereNobodyLeadsAndWhatHasNoKeyIsRefused() {
    refuses(() -> clients.get(0).election().leader(leaderOf("nobody")), KvError.ELECTION_NO_LEADER);
    refuses(
        () -> clients.get(0).election().proclaim(ProclaimRequest.getDefaultInstance()),
        KvError.ELECTION_NO_LEADER_KEY);
    refuses(
        () -> clients.get(0).election().resign(ResignRequest.getDefaultInstance()),
        KvError.ELECTION_NO_LEADER_KEY);
    assertThat(KvError.ELECTION_NO_LEADER_KEY.text())
        .isEqualTo("\"leader\" field must be provided");
  }

  @Test
  void aCandidateThatLosesItsKeyHasNotWon() throws Exception {
    CampaignResponse leader = clients.get(0).election().campaign(campaign("lost", 0, "a"));
    long lease = clients.get(1).grant(60);
    ListenableFuture<CampaignResponse> candidate = campaignLater(1, "lost", lease, "b", 2);
    clients.get(2).revoke(lease);
    refuses(() -> done(candidate), KvError.ELECTION_NOT_LEADER);
    assertThat(leaderValue(0, "lost")).isEqualTo("a");
    resign(0, leader.getLeader());
    refuses(() -> clients.get(2).election().leader(leaderOf("lost")), KvError.ELECTION_NO_LEADER);
  }

  @Test
  void aCandidateThatGivesUpLeavesNothingBehind() {
    LeaderKey leader = clients.get(0).election().campaign(campaign("up", 0, "a")).getLeader();
    ListenableFuture<CampaignResponse> candidate =
        campaignLater(1, "up", clients.get(1).grant(60), "b", 2);
    candidate.cancel(true);
    cluster.await(() -> clients.get(0).queue("up").size() == 1);
    assertThat(clients.get(0).queue("up").get(0).getKey()).isEqualTo(leader.getKey());
  }

  @Test
  void observersSeeEveryValueOfALeaderAndThenTheNextLeader() throws Exception {
    List<BlockingQueue<LeaderResponse>> seen = new ArrayList<>();
    for (int member = 0; member < 3; member++) {
      seen.add(observe(member, "seen"));
    }
    LeaderKey first = clients.get(0).election().campaign(campaign("seen", 0, "1a")).getLeader();
    for (BlockingQueue<LeaderResponse> queue : seen) {
      LeaderResponse began = next(queue);
      assertThat(began.getKv().getKey()).isEqualTo(first.getKey());
      assertThat(began.getHeader().getRevision()).isEqualTo(first.getRev());
    }
    for (String value : List.of("1b", "1c", "1d")) {
      assertThat(clients.get(1).election().proclaim(proclaim(first, value)).hasHeader()).isTrue();
      for (BlockingQueue<LeaderResponse> queue : seen) {
        LeaderResponse said = next(queue);
        assertThat(said.getKv().getValue()).isEqualTo(bytes(value));
        assertThat(said.getHeader().getRevision())
            .isGreaterThanOrEqualTo(said.getKv().getModRevision());
        assertThat(said.getHeader().getMemberId()).isNotZero();
      }
    }
    ListenableFuture<CampaignResponse> second =
        campaignLater(2, "seen", clients.get(2).grant(60), "2a", 2);
    resign(0, first);
    LeaderKey heir = done(second).getLeader();
    for (BlockingQueue<LeaderResponse> queue : seen) {
      assertThat(next(queue).getKv().getKey()).isEqualTo(heir.getKey());
    }
    // Nobody leads for a while, and who was told before isn't told again.
    resign(1, heir);
    var third = clients.get(1).election().campaign(campaign("seen", 0, "3a")).getLeader();
    for (BlockingQueue<LeaderResponse> queue : seen) {
      assertThat(next(queue).getKv().getKey()).isEqualTo(third.getKey());
      assertThat(queue).isEmpty();
    }
  }

  @Test
  void anObserverWhoComesLateIsToldWhoLeads() throws Exception {
    var leader = clients.get(0).election().campaign(campaign("late", 0, "a"));
    LeaderResponse told = next(observe(2, "late"));
    assertThat(told.getKv().getValue()).isEqualTo(bytes("a"));
    assertThat(told.getHeader().getRevision())
        .isGreaterThanOrEqualTo(leader.getHeader().getRevision());
  }

  @Test
  void anObserverWhoReadsSlowlyMissesNothing() throws Exception {
    LeaderKey leader = clients.get(0).election().campaign(campaign("slow", 0, "0")).getLeader();
    BlockingQueue<LeaderResponse> seen = new LinkedBlockingQueue<>();
    SlowReader reader = new SlowReader(seen);
    ElectionGrpc.newStub(clients.get(1).channel()).observe(leaderOf("slow"), reader);
    assertThat(next(seen).getKv().getValue()).isEqualTo(bytes("0"));
    String large = "x".repeat(128 * 1024);
    for (int i = 1; i <= 100; i++) {
      assertThat(clients.get(2).election().proclaim(proclaim(leader, i + " " + large)).hasHeader())
          .isTrue();
    }
    resign(2, leader);
    LeaderKey heir = clients.get(0).election().campaign(campaign("slow", 0, "heir")).getLeader();
    assertThat(seen).isEmpty();
    for (int i = 1; i <= 100; i++) {
      reader.read();
      assertThat(next(seen).getKv().getValue()).isEqualTo(bytes(i + " " + large));
    }
    reader.read();
    assertThat(next(seen).getKv().getKey()).isEqualTo(heir.getKey());
  }

  private ListenableFuture<CampaignResponse> campaignLater(
      int member, String name, long lease, String value, int queueLength) {
    ListenableFuture<CampaignResponse> waiting =
        clients.get(member).electionLater().campaign(campaign(name, lease, value));
    cluster.await(() -> clients.get(0).queue(name).size() == queueLength);
    return waiting;
  }

  private BlockingQueue<LeaderResponse> observe(int member, String name) {
    BlockingQueue<LeaderResponse> seen = new LinkedBlockingQueue<>();
    ElectionGrpc.newStub(clients.get(member).channel())
        .observe(leaderOf(name), new QueueingObserver<>(seen));
    return seen;
  }

  private static LeaderResponse next(BlockingQueue<LeaderResponse> queue) throws Exception {
    LeaderResponse next = queue.poll(30, TimeUnit.SECONDS);
    assertThat(next).as("what comes next").isNotNull();
    return next;
  }

  private String leaderValue(int member, String name) {
    return clients.get(member).election().leader(leaderOf(name)).getKv().getValue().toStringUtf8();
  }

  private void resign(int member, LeaderKey leader) {
    ResignResponse resigned =
        clients.get(member).election().resign(ResignRequest.newBuilder().setLeader(leader).build());
    assertThat(resigned.getHeader().getRevision()).isPositive();
  }

  private static CampaignRequest campaign(String name, long lease, String value) {
    return CampaignRequest.newBuilder()
        .setName(bytes(name))
        .setLease(lease)
        .setValue(bytes(value))
        .build();
  }

  private static ProclaimRequest proclaim(LeaderKey leader, String value) {
    return ProclaimRequest.newBuilder().setLeader(leader).setValue(bytes(value)).build();
  }

  private static LeaderRequest leaderOf(String name) {
    return LeaderRequest.newBuilder().setName(bytes(name)).build();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static void refuses(ThrowingCallable call, KvError error) {
    assertThatThrownBy(call)
        .satisfies(
            failure -> {
              Throwable cause =
                  failure instanceof ExecutionException ? failure.getCause() : failure;
              Status status = Status.fromThrowable(cause);
              assertThat(status.getCode()).isEqualTo(Status.Code.UNKNOWN);
              assertThat(status.getDescription()).isEqualTo(error.text());
            });
  }

  /** Takes one message, and then only as many as the test asks for. */
  private static final class SlowReader
      implements ClientResponseObserver<LeaderRequest, LeaderResponse> {
    private final BlockingQueue<LeaderResponse> seen;
    private @Nullable ClientCallStreamObserver<LeaderRequest> requests;

    SlowReader(BlockingQueue<LeaderResponse> seen) {
      this.seen = seen;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<LeaderRequest> requests) {
      this.requests = requests;
      requests.disableAutoRequestWithInitial(1);
    }

    void read() {
      if (requests != null) {
        requests.request(1);
      }
    }

    @Override
    public void onNext(LeaderResponse response) {
      seen.add(response);
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }

  private static <T> T done(ListenableFuture<T> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }
}
