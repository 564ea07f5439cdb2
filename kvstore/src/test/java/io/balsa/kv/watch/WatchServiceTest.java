package io.balsa.kv.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchGrpc;
import io.balsa.kv.proto.WatchProgressRequest;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.raft.model.EntryId;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Watches through gRPC, with the hub's own thread and the real state. */
class WatchServiceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final KvStateMachine state =
      KvStateMachine.inMemory(KvStateConfig.DEFAULT.withoutBackgroundCompaction());
  private volatile boolean hasLeader = true;
  private final WatchHub hub =
      new WatchHub(
          state.events(),
          WatchConfig.DEFAULT.withElectionTimeout(Duration.ofMillis(50)),
          revision -> ResponseHeader.newBuilder().setRevision(revision).build(),
          () -> hasLeader,
          System::nanoTime);
  private final Server server =
      InProcessServerBuilder.forName("watch")
          .addService(new WatchService(hub, () -> hasLeader, WatchAccess.OPEN).definition())
          .build();
  private final ManagedChannel channel = InProcessChannelBuilder.forName("watch").build();
  private long index;

  @BeforeEach
  void start() throws IOException {
    state.setListener(hub);
    hub.start();
    server.start();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    hub.close();
    state.close();
  }

  private void put(String key, String value) {
    PutRequest put =
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setValue(ByteString.copyFromUtf8(value))
            .build();
    var unused =
        state.apply(
            new EntryId(1, ++index), CommandCodec.encode(KvCommand.newBuilder().setPut(put)));
  }

  /** A client's end of a stream, which asks for responses as the test says. */
  private static final class Client implements ClientResponseObserver<WatchRequest, WatchResponse> {
    final BlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
    final CompletableFuture<Status> ended = new CompletableFuture<>();
    private final boolean reads;
    private @Nullable ClientCallStreamObserver<WatchRequest> requests;

    Client(WatchGrpc.WatchStub stub, boolean reads) {
      this.reads = reads;
      var unused = stub.watch(this);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
      requests = stream;
      if (!reads) {
        stream.disableAutoRequestWithInitial(1);
      }
    }

    ClientCallStreamObserver<WatchRequest> requests() {
      return Objects.requireNonNull(requests);
    }

    void create(String key, long startRevision) {
      WatchCreateRequest create =
          WatchCreateRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8(key))
              .setStartRevision(startRevision)
              .build();
      requests().onNext(WatchRequest.newBuilder().setCreateRequest(create).build());
    }

    WatchResponse next() throws InterruptedException {
      WatchResponse response = responses.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(response).as("a response; the stream's end: %s", ended).isNotNull();
      return Objects.requireNonNull(response);
    }

    @Override
    public void onNext(WatchResponse response) {
      responses.add(response);
    }

    @Override
    public void onError(Throwable failure) {
      ended.complete(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.OK);
    }
  }

  private Client client(boolean reads) {
    return new Client(WatchGrpc.newStub(channel), reads);
  }

  private Client clientThatNeedsALeader() {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
    return new Client(
        WatchGrpc.newStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata)),
        true);
  }

  private static Status endOf(Client client) throws Exception {
    return client.ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void historyComesFirstAndThenWhatHappens() throws Exception {
    put("a", "1");
    put("b", "2");
    Client client = client(true);
    client.create("a", 1);
    assertThat(client.next().getCreated()).isTrue();
    assertThat(client.next().getEvents(0).getKv().getModRevision()).isEqualTo(2);
    put("a", "3");
    assertThat(client.next().getEvents(0).getKv().getModRevision()).isEqualTo(4);
    client
        .requests()
        .onNext(
            WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build());
    WatchResponse progress = client.next();
    assertThat(progress.getWatchId()).isEqualTo(-1);
    assertThat(progress.getHeader().getRevision()).isEqualTo(4);
  }

  @Test
  void aClientThatDoesNotReadMissesNothingAndOthersDoNotWait() throws Exception {
    Client slow = client(false);
    slow.create("a", 0);
    assertThat(slow.next().getCreated()).isTrue();
    Client fast = client(true);
    fast.create("a", 0);
    assertThat(fast.next().getCreated()).isTrue();
    int events = 5000;
    for (int i = 0; i < events; i++) {
      put("a", "x".repeat(1000));
    }
    assertThat(revisions(fast, events)).isEqualTo(events + 1);
    assertThat(slow.responses).isEmpty();
    slow.requests().request(Integer.MAX_VALUE);
    assertThat(revisions(slow, events)).isEqualTo(events + 1);
  }

  @Test
  void whoComesWhileOthersWriteGetsAllFromThenOn() throws Exception {
    int writes = 20_000;
    int clients = 40;
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < writes; i++) {
                put("a", "x");
              }
            });
    for (int i = 0; i < clients; i++) {
      Client client = client(true);
      client.create("a", 0);
      WatchResponse created = client.next();
      long last = created.getHeader().getRevision();
      // The first ones leave early, so that the feed is switched off and on again while the writer
      // writes.
      long until = i < clients / 2 ? Math.min(last + 3, writes) : writes + 1;
      while (last < until) {
        for (var event : client.next().getEventsList()) {
          assertThat(event.getKv().getModRevision()).isEqualTo(++last);
        }
      }
      client.requests().cancel("enough", null);
    }
    writer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Takes this many events, which must be one revision after another; returns the last. */
  private static long revisions(Client client, int events) throws InterruptedException {
    long last = 1;
    for (int seen = 0; seen < events; ) {
      WatchResponse response = client.next();
      for (var event : response.getEventsList()) {
        assertThat(event.getKv().getModRevision()).isEqualTo(++last);
      }
      seen += response.getEventsCount();
    }
    return last;
  }

  @Test
  void closingTheClientsSideEndsTheStreamInGoodOrder() throws Exception {
    Client client = client(true);
    client.create("a", 0);
    assertThat(client.next().getCreated()).isTrue();
    client.requests().onCompleted();
    assertThat(endOf(client).getCode()).isEqualTo(Status.Code.OK);
  }

  @Test
  void aStreamThatNeedsALeaderIsRefusedOrEndsWithoutOne() throws Exception {
    Client early = clientThatNeedsALeader();
    early.create("a", 0);
    assertThat(early.next().getCreated()).isTrue();
    Client easygoing = client(true);
    easygoing.create("a", 0);
    assertThat(easygoing.next().getCreated()).isTrue();
    hasLeader = false;
    Client late = clientThatNeedsALeader();
    for (Client client : new Client[] {late, early}) {
      Status end = endOf(client);
      assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(end.getDescription()).isEqualTo("etcdserver: no leader");
    }
    put("a", "1");
    assertThat(easygoing.next().getEventsCount()).isEqualTo(1);
  }

  @Test
  void stoppingTheHubEndsEveryStream() throws Exception {
    Client client = client(true);
    client.create("a", 0);
    assertThat(client.next().getCreated()).isTrue();
    hub.close();
    assertThat(endOf(client).getDescription()).isEqualTo("etcdserver: server stopped");
    assertThat(endOf(client(true)).getDescription()).isEqualTo("etcdserver: server stopped");
  }
}
