package io.balsa.kv.server;

import static io.balsa.kv.server.Jetcd.bytes;
import static io.balsa.kv.server.Jetcd.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchEvent.EventType;
import io.etcd.jetcd.watch.WatchResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** jetcd's watches and leases: every call, and every option that reaches the server. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JetcdWatchTest {
  private TestCluster cluster;
  private Client client;
  private Watch watch;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    cluster = TestCluster.start(dir, 3);
    client = Jetcd.anywhere(cluster);
    watch = client.getWatchClient();
  }

  @AfterAll
  void stop() {
    client.close();
    cluster.close();
  }

  private long put(String key, String value) throws Exception {
    return done(client.getKVClient().put(bytes(key), bytes(value))).getHeader().getRevision();
  }

  /** What a watcher was told, in order. */
  private static final class Told {
    final BlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
    final BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
    final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    final AtomicInteger ended = new AtomicInteger();

    void response(WatchResponse response) {
      responses.add(response);
      events.addAll(response.getEvents());
    }

    void end() {
      ended.incrementAndGet();
    }

    WatchEvent event() throws InterruptedException {
      WatchEvent event = events.poll(30, TimeUnit.SECONDS);
      assertThat(event).as("the next event").isNotNull();
      return event;
    }

    WatchResponse response() throws InterruptedException {
      WatchResponse response = responses.poll(30, TimeUnit.SECONDS);
      assertThat(response).as("the next answer").isNotNull();
      return response;
    }
  }

  @Test
  void everyWayToWatchSeesTheEvent() throws Exception {
    ByteSequence key = bytes("ways/k");
    long from = put("ways/k", "0");
    WatchOption option = WatchOption.builder().withRevision(from).build();
    Told told = new Told();
    try (Watch.Watcher w1 = watch.watch(key, option, Watch.listener(told::response));
        Watch.Watcher w2 = watch.watch(key, option, told::response);
        Watch.Watcher w3 = watch.watch(key, option, told::response, told.failures::add);
        Watch.Watcher w4 = watch.watch(key, option, told::response, told::end);
        Watch.Watcher w5 =
            watch.watch(key, option, told::response, told.failures::add, told::end)) {
      for (int i = 0; i < 5; i++) {
        assertThat(told.event().getKeyValue().getModRevision()).isEqualTo(from);
      }
      for (Watch.Watcher watcher : new Watch.Watcher[] {w1, w2, w3, w4, w5}) {
        assertThat(watcher.isClosed()).isFalse();
        watcher.close();
        assertThat(watcher.isClosed()).isTrue();
      }
    }
    assertThat(told.failures).isEmpty();
    assertThat(told.ended).hasValue(2);
  }

  @Test
  void aWatchWithoutARevisionSeesWhatComesAfterItsCreation() throws Exception {
    ByteSequence key = bytes("now/k");
    List<Told> each = Stream.generate(Told::new).limit(6).toList();
    Told created = each.get(5);
    WatchOption tellCreation = WatchOption.builder().withCreateNotify(true).build();
    List<Watch.Watcher> watchers =
        List.of(
            watch.watch(key, Watch.listener(each.get(0)::response, each.get(0)::end)),
            watch.watch(key, each.get(1)::response),
            watch.watch(key, each.get(2)::response, each.get(2).failures::add),
            watch.watch(key, each.get(3)::response, each.get(3)::end),
            watch.watch(key, each.get(4)::response, each.get(4).failures::add, each.get(4)::end),
            watch.watch(
                key, tellCreation, Watch.listener(created::response, created.failures::add)));
    assertThat(created.response().isCreatedNotify()).isTrue();
    // Only the last one tells when it was created: write until each has seen something.
    long puts = 0;
    while (each.stream().anyMatch(told -> told.events.isEmpty())) {
      assertThat(++puts).isLessThan(100_000);
      put("now/k", "" + puts);
    }
    for (Told told : each) {
      assertThat(told.failures).isEmpty();
    }
    watchers.forEach(Watch.Watcher::close);
    assertThat(each.get(0).ended).hasValue(1);
    assertThat(each.get(3).ended).hasValue(1);
  }

  @Test
  void filtersKeepOutPutsOrDeletions() throws Exception {
    long from = put("filter/k", "1");
    done(client.getKVClient().delete(bytes("filter/k")));
    put("filter/k", "2");
    WatchOption.Builder all =
        WatchOption.builder().withRevision(from).isPrefix(true).withPrevKV(true);
    Told deletions = new Told();
    Told puts = new Told();
    try (Watch.Watcher one =
            watch.watch(
                bytes("filter/"),
                all.withNoPut(true).build(),
                Watch.listener(deletions::response));
        Watch.Watcher other =
            watch.watch(
                bytes("filter/"),
                all.withNoPut(false).withNoDelete(true).withRequireLeader(true).build(),
                Watch.listener(puts::response))) {
      WatchEvent deletion = deletions.event();
      assertThat(deletion.getEventType()).isEqualTo(EventType.DELETE);
      assertThat(deletion.getPrevKV().getValue()).isEqualTo(bytes("1"));
      assertThat(puts.event().getKeyValue().getValue()).isEqualTo(bytes("1"));
      assertThat(puts.event().getKeyValue().getValue()).isEqualTo(bytes("2"));
      assertThat(deletions.events).isEmpty();
      assertThat(one).isNotSameAs(other);
    }
  }

  @Test
  void aRangeIsWatched() throws Exception {
    long from = put("range/a", "1");
    put("range/c", "1");
    put("range/b", "1");
    Told told = new Told();
    WatchOption option =
        WatchOption.builder().withRevision(from).withRange(bytes("range/c")).build();
    try (Watch.Watcher watcher =
        watch.watch(bytes("range/a"), option, Watch.listener(told::response))) {
      assertThat(told.event().getKeyValue().getKey()).isEqualTo(bytes("range/a"));
      assertThat(told.event().getKeyValue().getKey()).isEqualTo(bytes("range/b"));
      assertThat(watcher.isClosed()).isFalse();
    }
  }

  @Test
  void progressIsToldWhenAsked() throws Exception {
    long from = put("progress/k", "1");
    try (Client own = Jetcd.anywhere(cluster)) {
      Told told = new Told();
      WatchOption option =
          WatchOption.builder().withRevision(from).withProgressNotify(true).build();
      try (Watch.Watcher watcher =
          own.getWatchClient().watch(bytes("progress/k"), option, Watch.listener(told::response))) {
        told.event();
        told.responses.clear();
        watcher.requestProgress();
        WatchResponse progress = told.response();
        assertThat(progress.isProgressNotify()).isTrue();
        assertThat(progress.getHeader().getRevision()).isGreaterThanOrEqualTo(from);
        own.getWatchClient().requestProgress();
        assertThat(told.response().isProgressNotify()).isTrue();
      }
    }
  }

  @Test
  void aWatchFromACompactedRevisionFailsAndTellsWhereToBegin() throws Exception {
    long first = put("compacted/k", "1");
    long last = put("compacted/k", "2");
    done(client.getKVClient().compact(last));
    Told told = new Told();
    try (Watch.Watcher watcher =
        watch.watch(
            bytes("compacted/k"),
            WatchOption.builder().withRevision(first).build(),
            Watch.listener(told::response, told.failures::add, told::end))) {
      Throwable failure = told.failures.poll(30, TimeUnit.SECONDS);
      assertThat(failure)
          .isInstanceOfSatisfying(
              CompactedException.class,
              compacted -> assertThat(compacted.getCompactedRevision()).isEqualTo(last));
      assertThat(watcher).isNotNull();
    }
  }

  @Test
  void aLeaseIsKeptAliveUntilTheStreamIsClosed() throws Exception {
    Lease leases = client.getLeaseClient();
    long lease = done(leases.grant(2, 10, TimeUnit.SECONDS)).getID();
    PutOption leased = PutOption.builder().withLeaseId(lease).build();
    long from =
        done(client.getKVClient().put(bytes("alive/k"), bytes("1"), leased))
            .getHeader()
            .getRevision();
    BlockingQueue<LeaseKeepAliveResponse> kept = new LinkedBlockingQueue<>();
    CloseableClient keeper = leases.keepAlive(lease, new Kept(kept));
    for (int i = 0; i < 4; i++) {
      LeaseKeepAliveResponse response = kept.poll(30, TimeUnit.SECONDS);
      assertThat(response).isNotNull();
      assertThat(response.getTTL()).isEqualTo(2);
    }
    assertThat(done(client.getKVClient().get(bytes("alive/k"))).getCount()).isEqualTo(1);
    keeper.close();
    Told told = new Told();
    WatchOption option = WatchOption.builder().withRevision(from).withNoPut(true).build();
    try (Watch.Watcher watcher =
        watch.watch(bytes("alive/k"), option, Watch.listener(told::response))) {
      assertThat(told.event().getEventType()).isEqualTo(EventType.DELETE);
      assertThat(watcher.isClosed()).isFalse();
    }
  }

  /** The end of the stream is of no interest. */
  private record Kept(BlockingQueue<LeaseKeepAliveResponse> responses)
      implements StreamObserver<LeaseKeepAliveResponse> {
    @Override
    public void onNext(LeaseKeepAliveResponse response) {
      responses.add(response);
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }
}
