package io.balsa.kv.server;

import static io.balsa.kv.server.MemberClient.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.MemberAdd;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.HashKVRequest;
import io.balsa.kv.proto.Member;
import io.balsa.kv.proto.MoveLeaderRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.StatusRequest;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members that come, go, move and are replaced while the cluster is used. */
@Timeout(120)
final class MemberChangesTest {
  private static final String[] LIVELY = {"--heartbeat-interval=50", "--election-timeout=500"};
  private static final long PATIENCE_SECONDS = 30;

  @TempDir private Path dir;

  /** Each test starts its own. */
  @SuppressWarnings("NullAway.Init")
  private TestCluster cluster;

  private final Map<Integer, MemberClient> clients = new ConcurrentHashMap<>();

  @AfterEach
  void stop() {
    clients.values().forEach(MemberClient::close);
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void aClusterGrowsFromOneToFiveUnderWritesAndLosesNothing() throws Exception {
    start(1);
    AtomicBoolean enough = new AtomicBoolean();
    AtomicInteger written = new AtomicInteger();
    CompletableFuture<Void> writing =
        CompletableFuture.runAsync(
            () -> {
              while (!enough.get()) {
                long unused = client(0).put("k/" + written.get(), "v" + written.get());
                written.incrementAndGet();
              }
            });
    for (int size = 2; size <= 5; size++) {
      int newcomer = grow(0);
      awaitVoters(size);
      int before = written.get();
      cluster.await(() -> written.get() > before || writing.isDone());
      assertThat(names(newcomer)).hasSize(size);
    }
    enough.set(true);
    writing.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    long revision = client(0).put("last", "");
    int hash = hash(0, revision);
    for (int i = 0; i < 5; i++) {
      assertThat(client(i).get("last")).isEmpty();
      assertThat(keysBelow(i, "k/")).isEqualTo(written.get());
      assertThat(hash(i, revision)).isEqualTo(hash);
    }
  }

  @Test
  void aDeadMemberIsReplacedAndTheNewOneCounts() throws Exception {
    start(3);
    long unused = client(0).put("k", "v");
    long dead = id(2);
    cluster.stop(2);
    refused(KvError.UNHEALTHY_CLUSTER, () -> client(0).memberAdd("http://127.0.0.1:1", false));
    refused(KvError.UNHEALTHY_CLUSTER, () -> client(0).memberRemove(id(1)));
    assertThat(client(0).memberRemove(dead).getMembersList()).hasSize(2);
    cluster.forget(2);
    int newcomer = grow(0);
    awaitVoters(3);
    assertThat(id(newcomer)).isNotEqualTo(dead);
    cluster.stop(0);
    assertThat(client(newcomer).get("k")).isEqualTo("v");
    assertThat(client(1).put("k", "w")).isPositive();
  }

  /** It is nobody whom the one that was away knows, and leads: nobody else would ever tell that one of it. */
  @Test
  void whoWasAwayLetsInALeaderThatCameMeanwhile() throws Exception {
    start(5);
    cluster.stop(4);
    assertThat(client(0).memberRemove(id(3)).getMembersList()).hasSize(4);
    cluster.stop(3);
    cluster.forget(3);
    int newcomer = grow(0);
    awaitVoters(5);
    MoveLeaderRequest move = MoveLeaderRequest.newBuilder().setTargetID(id(newcomer)).build();
    var moved = client(cluster.leader()).maintenance().moveLeader(move);
    assertThat(moved).isNotNull();
    cluster.await(() -> cluster.leader() == newcomer);
    assertThat(client(newcomer).put("k", "v")).isPositive();

    cluster.restart(4);
    assertThat(client(4).get("k")).isEqualTo("v");
    assertThat(names(4)).hasSize(5);
    assertThat(cluster.leader()).isEqualTo(newcomer);
  }

  @Test
  void aLearnerIsPromotedWhenItHasCaughtUpAndNotBefore() throws Exception {
    start(1);
    long unused = client(0).put("k", "v");
    int learner = cluster.plan();
    var added = client(0).memberAdd(cluster.peerUrl(learner), true);
    long id = added.getMember().getID();
    assertThat(added.getMember().getIsLearner()).isTrue();
    assertThat(added.getMembersList()).hasSize(2);
    refused(KvError.LEARNER_NOT_READY, () -> client(0).memberPromote(id));
    refused(KvError.TOO_MANY_LEARNERS, () -> client(0).memberAdd("http://127.0.0.1:1", true));
    refused(KvError.MEMBER_NOT_LEARNER, () -> client(0).memberPromote(id(0)));
    refused(KvError.MEMBER_NOT_FOUND, () -> client(0).memberPromote(77));

    cluster.join(learner);
    cluster.awaitReady(learner);
    refused(KvError.NOT_SUPPORTED_FOR_LEARNER, () -> client(learner).put("k", "w"));
    refused(KvError.NOT_SUPPORTED_FOR_LEARNER, () -> client(learner).get("k"));
    refused(KvError.NOT_SUPPORTED_FOR_LEARNER, () -> client(learner).memberList(true));
    RangeRequest own = MemberClient.rangeRequest("k").toBuilder().setSerializable(true).build();
    assertThat(client(learner).kv().range(own).getKvs(0).getValue().toStringUtf8()).isEqualTo("v");
    assertThat(
            client(learner).maintenance().status(StatusRequest.getDefaultInstance()).getIsLearner())
        .isTrue();
    // A learner keeps being one when it moves.
    var moved = client(0).memberUpdate(id, "http://127.0.0.1:1");
    assertThat(moved.getMembersList()).filteredOn(Member::getIsLearner).hasSize(1);
    var back = client(0).memberUpdate(id, cluster.peerUrl(learner));
    assertThat(back.getMembersList()).hasSize(2);

    promoteWhenReady(0, id);
    awaitVoters(2);
    assertThat(client(learner).get("k")).isEqualTo("v");
  }

  @Test
  void aFollowerAsksTheLeaderWhetherALearnerMayBePromoted() throws Exception {
    start(2);
    int learner = cluster.plan();
    long id = client(0).memberAdd(cluster.peerUrl(learner), true).getMember().getID();
    int follower = 1 - cluster.leader();
    refused(KvError.LEARNER_NOT_READY, () -> client(follower).memberPromote(id));
    cluster.join(learner);
    cluster.awaitReady(learner);
    promoteWhenReady(follower, id);
    awaitVoters(3);
  }

  @Test
  void aLeaderThatIsRemovedHandsOverAndStops() throws Exception {
    start(3);
    int leader = cluster.leader();
    int other = (leader + 1) % 3;
    long id = id(leader);
    KvServer old = cluster.member(leader);
    assertThat(client(leader).memberRemove(id).getMembersList()).hasSize(2);
    assertThatThrownBy(() -> old.stopped().get(PATIENCE_SECONDS, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(RemovedException.class)
        .hasMessageContaining("the member has been permanently removed from the cluster");
    cluster.stop(leader);
    long unused = client(other).put("k", "v");
    assertThat(cluster.leader()).isNotEqualTo(leader);
    assertThatThrownBy(() -> cluster.restart(leader)).isInstanceOf(RemovedException.class);
    refused(KvError.MEMBER_NOT_FOUND, () -> client(other).memberRemove(id));
  }

  @Test
  void whoWasRemovedWhileItWasDownIsToldByItsPeers() throws Exception {
    start(3);
    long id = id(2);
    cluster.stop(2);
    assertThat(client(0).memberRemove(id).getMembersList()).hasSize(2);
    KvServer back = KvServer.start(cluster.config(2));
    try {
      assertThatThrownBy(() -> back.stopped().get(PATIENCE_SECONDS, TimeUnit.SECONDS))
          .hasCauseInstanceOf(RemovedException.class);
    } finally {
      back.close();
    }
    assertThatThrownBy(() -> KvServer.start(cluster.config(2)))
        .isInstanceOf(RemovedException.class);
  }

  @Test
  void theSameUrlsAddedAgainAreAnotherMember() throws Exception {
    start(3);
    long before = id(2);
    KvServer old = cluster.member(2);
    assertThat(client(0).memberRemove(before).getMembersList()).hasSize(2);
    assertThatThrownBy(() -> old.stopped().get(PATIENCE_SECONDS, TimeUnit.SECONDS))
        .hasCauseInstanceOf(RemovedException.class);
    cluster.stop(2);
    long first = client(0).memberAdd(cluster.peerUrl(2), false).getMember().getID();
    assertThat(client(0).memberRemove(first).getMembersList()).hasSize(2);
    long again = client(0).memberAdd(cluster.peerUrl(2), false).getMember().getID();
    assertThat(List.of(before, first, again)).doesNotHaveDuplicates();
    cluster.join(2, "--data-dir=" + dir.resolve("again"));
    cluster.awaitReady(2);
    awaitVoters(3);
    assertThat(id(2)).isEqualTo(again);
  }

  @Test
  void aMemberThatMovesIsReachedAtItsNewPlace() throws Exception {
    start(3);
    long id = id(2);
    cluster.stop(2);
    cluster.move(2);
    assertThat(client(0).memberUpdate(id, cluster.peerUrl(2)).getMembersList()).hasSize(3);
    cluster.restart(2);
    cluster.stop(0);
    long unused = client(2).put("k", "v"); // So 1 and 2 hear each other.
    cluster.restart(0);
    assertThat(client(0).get("k")).isEqualTo("v");
    assertThat(client(0).memberList(true).getMembersList())
        .filteredOn(member -> member.getID() == id)
        .singleElement()
        .satisfies(
            member -> assertThat(member.getPeerURLsList()).containsExactly(cluster.peerUrl(2)));
  }

  @Test
  void everybodyComesBackAfterChangesFromItsOwnDisk() throws Exception {
    start(1);
    long unused = client(0).put("k", "v");
    int second = grow(0);
    awaitVoters(2);
    int third = grow(second);
    awaitVoters(3);
    long founder = id(0);
    assertThat(client(third).memberRemove(founder).getMembersList()).hasSize(2);
    cluster.stop(0);
    cluster.forget(0);
    List<Member> before = client(second).memberList(true).getMembersList();
    cluster.stop(second);
    cluster.stop(third);
    cluster.restartAll();
    assertThat(client(second).memberList(true).getMembersList()).isEqualTo(before);
    assertThat(client(third).get("k")).isEqualTo("v");
    assertThatThrownBy(() -> cluster.restart(0)).isInstanceOf(RemovedException.class);
  }

  /** As if the leader that was asked had been lost before it had Raft change. */
  @Test
  void whoeverLeadsHasRaftFollowTheList() throws Exception {
    start(2);
    Member learner =
        Member.newBuilder().setID(77).addPeerURLs("http://127.0.0.1:1").setIsLearner(true).build();
    KvCommand.Builder command =
        KvCommand.newBuilder()
            .setMemberAdd(MemberAdd.newBuilder().setMember(learner).setLearnersMax(1));
    var outcome =
        cluster
            .member(1 - cluster.leader())
            .node()
            .propose(CommandCodec.encode(command))
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(outcome).isInstanceOf(Outcome.Committed.class);
    for (int i = 0; i < 2; i++) {
      KvServer member = cluster.member(i);
      cluster.await(
          () ->
              member.node().status().membership().learners().contains(new MemberId(77).toNodeId()));
    }
    assertThat(client(0).memberRemove(77).getMembersList()).hasSize(2);
  }

  @Test
  void aMemberThatNeverStartsCostsNoQuorum() throws Exception {
    start(1);
    long absent = client(0).memberAdd("http://127.0.0.1:1", false).getMember().getID();
    long unused = client(0).put("k", "v");
    assertThat(client(0).memberList(true).getMembersList())
        .filteredOn(member -> member.getID() == absent)
        .singleElement()
        .satisfies(
            member -> {
              assertThat(member.getName()).isEmpty();
              assertThat(member.getClientURLsList()).isEmpty();
              assertThat(member.getIsLearner()).isFalse();
            });
    refused(
        KvError.NOT_ENOUGH_STARTED_MEMBERS, () -> client(0).memberAdd("http://127.0.0.1:2", false));
    refused(KvError.NOT_ENOUGH_STARTED_MEMBERS, () -> client(0).memberRemove(id(0)));
    assertThat(client(0).memberRemove(absent).getMembersList()).hasSize(1);
    refused(KvError.NOT_ENOUGH_STARTED_MEMBERS, () -> client(0).memberRemove(id(0)));
  }

  @Test
  void theStrictCheckCanBeSwitchedOff() throws Exception {
    cluster = TestCluster.start(dir, 1, "--strict-reconfig-check=false", "--max-learners=2");
    for (int i = 1; i <= 3; i++) {
      assertThat(client(0).memberAdd("http://127.0.0.1:" + i, false).getMembersList())
          .hasSize(1 + i);
    }
    for (int i = 4; i <= 5; i++) {
      assertThat(client(0).memberAdd("http://127.0.0.1:" + i, true).getMember().getIsLearner())
          .isTrue();
    }
    refused(KvError.TOO_MANY_LEARNERS, () -> client(0).memberAdd("http://127.0.0.1:6", true));
    long unused = client(0).put("k", "v");
  }

  @Test
  void whatCanNotBeMeantIsRefused() throws Exception {
    start(1);
    refused(KvError.MEMBER_BAD_URLS, () -> client(0).memberAdd("", false));
    refused(KvError.MEMBER_BAD_URLS, () -> client(0).memberAdd("http://a", false));
    refused(KvError.MEMBER_BAD_URLS, () -> client(0).memberAdd("http://a:1/path", false));
    refused(KvError.MEMBER_BAD_URLS, () -> client(0).memberAdd("mailto:a", false));
    refused(KvError.MEMBER_BAD_URLS, () -> client(0).memberUpdate(id(0), "a:1"));
    refused(KvError.PEER_URL_EXISTS, () -> client(0).memberAdd(cluster.peerUrl(0), false));
    refused(KvError.MEMBER_NOT_FOUND, () -> client(0).memberUpdate(5, "http://a:1"));
    refused(KvError.MEMBER_NOT_FOUND, () -> client(0).memberRemove(5));
  }

  @Test
  void whoJoinsMustBeExpectedAndHaveNoEarlierLife() throws Exception {
    start(2);
    int stranger = cluster.plan();
    startRefused(stranger, "member count is unequal");
    long id = client(0).memberAdd("http://127.0.0.1:1", false).getMember().getID();
    startRefused(stranger, "PeerURLs: no match found for member (m2, [" + cluster.peerUrl(2));
    assertThat(client(0).memberUpdate(id, cluster.peerUrl(stranger)).getMembersList()).hasSize(3);
    cluster.join(stranger);
    cluster.awaitReady(stranger);
    cluster.stop(stranger);
    // Its disk is lost.
    startRefused(stranger, "member " + new MemberId(id) + " has already been bootstrapped");
    long founder = id(1);
    cluster.stop(1);
    assertThatThrownBy(() -> cluster.restart(1, "--data-dir=" + dir.resolve("blank")))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("member " + new MemberId(founder) + " has already been bootstrapped");
    cluster.stop(0);
    startRefused(stranger, "cannot fetch cluster info from peer urls");
  }

  private void startRefused(int member, String message) {
    assertThatThrownBy(() -> cluster.join(member, "--data-dir=" + dir.resolve("refused")))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining(message)
        .message()
        .hasLineCount(1);
    assertThat(dir.resolve("refused")).doesNotExist();
  }

  private void start(int size) throws Exception {
    cluster = TestCluster.start(dir, size, LIVELY);
  }

  /** One more voter, up and ready; whether it votes yet is another matter. */
  private int grow(int through) throws Exception {
    int newcomer = cluster.plan();
    assertThat(client(through).memberAdd(cluster.peerUrl(newcomer), false).getMember().getID())
        .isNotZero();
    cluster.join(newcomer);
    cluster.awaitReady(newcomer);
    return newcomer;
  }

  private void promoteWhenReady(int through, long id) {
    // It was ready to serve; the leader may hear of its last entries a moment later.
    cluster.await(
        () -> {
          NodeStatus leader = cluster.member(cluster.leader()).node().status();
          Long held = leader.matchIndex().get(new MemberId(id).toNodeId());
          return held != null && held >= leader.lastIndex();
        });
    assertThat(client(through).memberPromote(id).getMembersList()).noneMatch(Member::getIsLearner);
  }

  private void awaitVoters(int count) {
    cluster.await(
        () -> {
          NodeStatus status = cluster.member(cluster.leader()).node().status();
          return status.membership().voters().size() == count && !status.membership().isJoint();
        });
  }

  private MemberClient client(int member) {
    return clients.computeIfAbsent(member, m -> new MemberClient(cluster, m));
  }

  private long id(int member) {
    return MemberId.of(cluster.member(member).node().status().self()).value();
  }

  private List<String> names(int member) {
    return client(member).memberList(true).getMembersList().stream().map(Member::getName).toList();
  }

  private int hash(int member, long revision) {
    return client(member)
        .maintenance()
        .hashKV(HashKVRequest.newBuilder().setRevision(revision).build())
        .getHash();
  }

  private long keysBelow(int member, String prefix) {
    ByteString from = ByteString.copyFromUtf8(prefix);
    ByteString to = ByteString.copyFromUtf8(prefix.substring(0, prefix.length() - 1) + "0");
    return client(member)
        .kv()
        .range(RangeRequest.newBuilder().setKey(from).setRangeEnd(to).setCountOnly(true).build())
        .getCount();
  }
}
