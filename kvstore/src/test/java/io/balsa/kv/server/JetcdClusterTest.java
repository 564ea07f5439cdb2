package io.balsa.kv.server;

import static io.balsa.kv.server.Jetcd.bytes;
import static io.balsa.kv.server.Jetcd.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.cluster.Member;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three members, and jetcd as its users know it. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JetcdClusterTest {
  private TestCluster cluster;
  private Client client;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    cluster = TestCluster.start(dir, 3);
    client = Jetcd.anywhere(cluster);
  }

  @AfterAll
  void stop() {
    client.close();
    cluster.close();
  }

  @Test
  void whatIsPutAtOneMemberIsReadAtEveryOther() throws Exception {
    for (int writer = 0; writer < 3; writer++) {
      try (Client one = clientOf(writer)) {
        done(one.getKVClient().put(bytes("jet/put"), bytes("by " + writer)));
      }
      for (int reader = 0; reader < 3; reader++) {
        try (Client other = clientOf(reader)) {
          KeyValue read = done(other.getKVClient().get(bytes("jet/put"))).getKvs().get(0);
          assertThat(read.getValue()).isEqualTo(bytes("by " + writer));
          assertThat(read.getVersion()).isEqualTo(writer + 1);
        }
      }
    }
  }

  @Test
  void prefixesSortAndLimit() throws Exception {
    for (String key : List.of("c", "a", "b")) {
      done(client.getKVClient().put(bytes("jet/prefix/" + key), bytes(key)));
    }
    var response =
        done(
            client
                .getKVClient()
                .get(
                    bytes("jet/prefix/"),
                    GetOption.builder()
                        .isPrefix(true)
                        .withSortField(GetOption.SortTarget.KEY)
                        .withSortOrder(GetOption.SortOrder.DESCEND)
                        .withLimit(2)
                        .build()));
    assertThat(response.getKvs())
        .extracting(kv -> kv.getValue().toString())
        .containsExactly("c", "b");
    assertThat(response.getCount()).isEqualTo(3);
    assertThat(response.isMore()).isTrue();
  }

  @Test
  void ofTwoThatCreateAKeyOneWins() throws Exception {
    Cmp absent = new Cmp(bytes("jet/lock"), Cmp.Op.EQUAL, CmpTarget.version(0));
    List<Boolean> won = new ArrayList<>();
    for (int member = 0; member < 3; member++) {
      try (Client one = clientOf(member)) {
        TxnResponse txn =
            done(
                one.getKVClient()
                    .txn()
                    .If(absent)
                    .Then(Op.put(bytes("jet/lock"), bytes("" + member), PutOption.DEFAULT))
                    .Else(Op.get(bytes("jet/lock"), GetOption.DEFAULT))
                    .commit());
        won.add(txn.isSucceeded());
        if (!txn.isSucceeded()) {
          assertThat(txn.getGetResponses().get(0).getKvs().get(0).getValue()).isEqualTo(bytes("0"));
        }
      }
    }
    assertThat(won).containsExactly(true, false, false);
  }

  @Test
  void watchersAtEveryMemberSeeTheSameEventsInOrder() throws Exception {
    List<BlockingQueue<WatchEvent>> seen = new ArrayList<>();
    List<AutoCloseable> open = new ArrayList<>();
    for (int member = 0; member < 3; member++) {
      BlockingQueue<WatchEvent> queue = new LinkedBlockingQueue<>();
      seen.add(queue);
      Client one = clientOf(member);
      open.add(one);
      open.add(
          one.getWatchClient()
              .watch(
                  bytes("jet/watch/"),
                  WatchOption.builder().isPrefix(true).withPrevKV(true).build(),
                  Watch.listener(response -> queue.addAll(response.getEvents()))));
    }
    // A watch without a start revision begins when it is created: ask each member for proof that it
    // was.
    long from =
        done(client.getKVClient().put(bytes("jet/watch/first"), bytes("0")))
            .getHeader()
            .getRevision();
    for (int i = 1; i <= 20; i++) {
      done(client.getKVClient().put(bytes("jet/watch/k"), bytes("" + i)));
    }
    done(client.getKVClient().delete(bytes("jet/watch/k")));
    for (BlockingQueue<WatchEvent> queue : seen) {
      List<Long> revisions = new ArrayList<>();
      WatchEvent last;
      do {
        last = queue.poll(30, TimeUnit.SECONDS);
        assertThat(last).as("an event after %s", revisions).isNotNull();
        revisions.add(last.getKeyValue().getModRevision());
      } while (last.getEventType() != WatchEvent.EventType.DELETE);
      assertThat(revisions).isSorted().doesNotHaveDuplicates();
      assertThat(revisions.get(revisions.size() - 1)).isEqualTo(from + 21);
      assertThat(last.getPrevKV().getValue()).isEqualTo(bytes("20"));
    }
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
  }

  @Test
  void aWatchFromAnOldRevisionReplaysHistory() throws Exception {
    long first =
        done(client.getKVClient().put(bytes("jet/history"), bytes("1"))).getHeader().getRevision();
    done(client.getKVClient().put(bytes("jet/history"), bytes("2")));
    for (int member = 0; member < 3; member++) {
      BlockingQueue<WatchEvent> queue = new LinkedBlockingQueue<>();
      try (Client one = clientOf(member);
          Watch.Watcher watcher =
              one.getWatchClient()
                  .watch(
                      bytes("jet/history"),
                      WatchOption.builder().withRevision(first).build(),
                      Watch.listener(response -> queue.addAll(response.getEvents())))) {
        assertThat(watcher).isNotNull();
        assertThat(queue.poll(30, TimeUnit.SECONDS))
            .satisfies(event -> assertThat(event.getKeyValue().getValue()).isEqualTo(bytes("1")));
        assertThat(queue.poll(30, TimeUnit.SECONDS))
            .satisfies(event -> assertThat(event.getKeyValue().getValue()).isEqualTo(bytes("2")));
      }
    }
  }

  @Test
  void aLeaseIsKeptAliveThroughAnyMemberAndTakesItsKeysAlong() throws Exception {
    for (int member = 0; member < 3; member++) {
      try (Client one = clientOf(member)) {
        long lease = done(one.getLeaseClient().grant(60)).getID();
        ByteSequence key = bytes("jet/leased/" + member);
        done(
            one.getKVClient().put(key, bytes("v"), PutOption.builder().withLeaseId(lease).build()));
        LeaseKeepAliveResponse kept = done(one.getLeaseClient().keepAliveOnce(lease));
        assertThat(kept.getTTL()).isEqualTo(60);
        var left =
            done(
                one.getLeaseClient()
                    .timeToLive(lease, LeaseOption.builder().withAttachedKeys().build()));
        assertThat(left.getTTL()).isBetween(1L, 60L);
        assertThat(left.getKeys()).containsExactly(key);
        done(one.getLeaseClient().revoke(lease));
        assertThat(done(one.getKVClient().get(key)).getCount()).isZero();
      }
    }
  }

  @Test
  void theMemberListHasAllThreeWithTheirUrls() throws Exception {
    List<Member> members = done(client.getClusterClient().listMember()).getMembers();
    assertThat(members).hasSize(3).extracting(Member::getName).containsOnly("m0", "m1", "m2");
    assertThat(members)
        .flatExtracting(Member::getClientURIs)
        .extracting(Object::toString)
        .containsExactlyInAnyOrder(
            cluster.clientUrl(0), cluster.clientUrl(1), cluster.clientUrl(2));
  }

  private Client clientOf(int member) {
    return Client.builder().endpoints(cluster.clientUrl(member)).build();
  }
}
