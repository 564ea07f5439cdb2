package io.balsa.examples.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.process.Installation;
import io.balsa.examples.process.LocalCluster;
import io.balsa.examples.process.MemberSpec;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.watch.WatchEvent;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
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
