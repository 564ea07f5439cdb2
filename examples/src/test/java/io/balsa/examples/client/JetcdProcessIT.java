package io.balsa.examples.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.process.Installation;
import io.balsa.examples.process.LocalCluster;
import io.balsa.examples.process.MemberSpec;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.election.CampaignResponse;
import io.etcd.jetcd.election.LeaderKey;
import io.etcd.jetcd.election.LeaderResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.lock.LockResponse;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.watch.WatchEvent;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** jetcd, unchanged, against three members. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JetcdProcessIT {
  private static final long SECONDS = 30;

  private LocalCluster cluster;
  private Client client;

  @BeforeAll
  void start() {
    cluster = LocalCluster.startTemporary(Installation.find(), 3, List.of());
    String[] urls = cluster.members().stream().map(MemberSpec::clientUrl).toArray(String[]::new);
    client = Client.builder().endpoints(urls).build();
  }

  @AfterAll
  void stop() {
    client.close();
    cluster.close();
  }

  @Test
  void whatIsPutIsGot() throws Exception {
    client.getKVClient().put(bytes("jetcd/key"), bytes("value")).get(SECONDS, TimeUnit.SECONDS);

    var got = client.getKVClient().get(bytes("jetcd/key")).get(SECONDS, TimeUnit.SECONDS);

    assertThat(got.getKvs())
        .singleElement()
        .satisfies(kv -> assertThat(kv.getValue()).isEqualTo(bytes("value")));
  }

  @Test
  void aWatchTellsEveryChangeWithWhatWasBefore() throws Exception {
    BlockingQueue<WatchEvent> events = new ArrayBlockingQueue<>(10);
    long begin = put("jetcd/watched", "1");
    WatchOption option = WatchOption.builder().withRevision(begin).withPrevKV(true).build();

    try (Watch.Watcher watcher =
        client
            .getWatchClient()
            .watch(
                bytes("jetcd/watched"), option, response -> events.addAll(response.getEvents()))) {
      put("jetcd/watched", "2");
      client.getKVClient().delete(bytes("jetcd/watched")).get(SECONDS, TimeUnit.SECONDS);

      WatchEvent first = next(events);
      WatchEvent second = next(events);
      WatchEvent third = next(events);
      assertThat(watcher.isClosed()).isFalse();
      assertThat(first.getKeyValue().getValue()).isEqualTo(bytes("1"));
      assertThat(second.getKeyValue().getValue()).isEqualTo(bytes("2"));
      assertThat(second.getPrevKV().getValue()).isEqualTo(bytes("1"));
      assertThat(third.getEventType()).isEqualTo(WatchEvent.EventType.DELETE);
      assertThat(third.getPrevKV().getValue()).isEqualTo(bytes("2"));
    }
  }

  @Test
  void aLeaseThatIsKeptAliveKeepsItsKey() throws Exception {
    long lease = client.getLeaseClient().grant(5).get(SECONDS, TimeUnit.SECONDS).getID();
    PutOption option = PutOption.builder().withLeaseId(lease).build();
    client
        .getKVClient()
        .put(bytes("jetcd/leased"), bytes("x"), option)
        .get(SECONDS, TimeUnit.SECONDS);
    BlockingQueue<LeaseKeepAliveResponse> answers = new ArrayBlockingQueue<>(100);

    try (CloseableClient keepAlive =
        client.getLeaseClient().keepAlive(lease, new Collector<>(answers))) {
      assertThat(keepAlive).isNotNull();
      assertThat(next(answers).getTTL()).isEqualTo(5);
      assertThat(next(answers).getTTL()).isEqualTo(5);
    }

    client.getLeaseClient().revoke(lease).get(SECONDS, TimeUnit.SECONDS);
    var got = client.getKVClient().get(bytes("jetcd/leased")).get(SECONDS, TimeUnit.SECONDS);
    assertThat(got.getKvs()).isEmpty();
  }

  @Test
  void aLockIsHandedToTheOneWhoWaits() throws Exception {
    LockResponse held = lock("jetcd/lock", lease(30)).get(SECONDS, TimeUnit.SECONDS);
    CompletableFuture<LockResponse> waiting = lock("jetcd/lock", lease(30));

    client.getLockClient().unlock(held.getKey()).get(SECONDS, TimeUnit.SECONDS);

    LockResponse next = waiting.get(SECONDS, TimeUnit.SECONDS);
    assertThat(next.getKey()).isNotEqualTo(held.getKey());
    client.getLockClient().unlock(next.getKey()).get(SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void aLeaderIsElectedAndSucceeded() throws Exception {
    Election election = client.getElectionClient();
    BlockingQueue<LeaderResponse> seen = new ArrayBlockingQueue<>(10);
    election.observe(bytes("jetcd/election"), new Observer(seen));
    CampaignResponse first = campaign("a", lease(30)).get(SECONDS, TimeUnit.SECONDS);
    assertThat(next(seen).getKv().getValue()).isEqualTo(bytes("a"));
    election.proclaim(first.getLeader(), bytes("b")).get(SECONDS, TimeUnit.SECONDS);
    assertThat(next(seen).getKv().getValue()).isEqualTo(bytes("b"));

    CompletableFuture<CampaignResponse> second = campaign("c", lease(30));
    election.resign(first.getLeader()).get(SECONDS, TimeUnit.SECONDS);

    assertThat(next(seen).getKv().getValue()).isEqualTo(bytes("c"));
    LeaderKey heir = second.get(SECONDS, TimeUnit.SECONDS).getLeader();
    assertThat(heir.getRevision()).isGreaterThan(first.getLeader().getRevision());
  }

  private long lease(long ttlSeconds) throws Exception {
    return client.getLeaseClient().grant(ttlSeconds).get(SECONDS, TimeUnit.SECONDS).getID();
  }

  private CompletableFuture<LockResponse> lock(String name, long lease) {
    return client.getLockClient().lock(bytes(name), lease);
  }

  private CompletableFuture<CampaignResponse> campaign(String value, long lease) {
    return client.getElectionClient().campaign(bytes("jetcd/election"), lease, bytes(value));
  }

  private long put(String key, String value) throws Exception {
    return client
        .getKVClient()
        .put(bytes(key), bytes(value))
        .get(SECONDS, TimeUnit.SECONDS)
        .getHeader()
        .getRevision();
  }

  private <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(SECONDS, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing came within " + SECONDS + " s" + cluster.logs());
    }
    return next;
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  /** As {@link Collector}, for elections. */
  private record Observer(BlockingQueue<LeaderResponse> queue) implements Election.Listener {
    @Override
    public void onNext(LeaderResponse leader) {
      queue.add(leader);
    }

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }

  /** Puts what comes into a queue that is large enough; the end of the stream is of no interest. */
  private record Collector<T>(BlockingQueue<T> queue) implements StreamObserver<T> {
    @Override
    public void onNext(T value) {
      queue.add(value);
    }

    @Override
    public void onError(Throwable error) {
      throw new AssertionError(error);
    }

    @Override
    public void onCompleted() {}
  }
}
