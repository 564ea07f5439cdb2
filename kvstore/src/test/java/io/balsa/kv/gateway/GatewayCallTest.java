package io.balsa.kv.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.balsa.kv.http.HttpConnection;
import io.balsa.kv.http.HttpRoutes;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.LeaseGrpc;
import io.balsa.kv.proto.LeaseKeepAliveRequest;
import io.balsa.kv.proto.LeaseKeepAliveResponse;
import io.balsa.kv.proto.MaintenanceGrpc;
import io.balsa.kv.proto.SnapshotRequest;
import io.balsa.kv.proto.SnapshotResponse;
import io.balsa.kv.proto.StatusRequest;
import io.balsa.kv.proto.StatusResponse;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The gateway between a connection without a network and services that do as a test says, all on this thread. */
final class GatewayCallTest {
  private static final Context.Key<String> SEEN = Context.key("seen");

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final SlowSocket socket = new SlowSocket();
  private final Snapshots snapshots = new Snapshots();
  private final Renewals renewals = new Renewals();
  private final Queue<Runnable> work = new ArrayDeque<>();
  private final JsonGateway gateway;

  GatewayCallTest() {
    Executor threads = work::add;
    gateway =
        JsonGateway.open(
            List.of(
                ServerInterceptors.intercept(snapshots, new Watchful()), renewals.bindService()),
            threads,
            1000);
    channel.pipeline().addFirst(socket);
    HttpConnection.addTo(channel.pipeline(), new HttpRoutes().api(gateway), 10_000);
  }

  @AfterEach
  void close() {
    gateway.close();
    runAll();
  }

  @Test
  void aSlowClientHoldsItsStreamBack() {
    socket.slow = true;
    post("/v3/maintenance/snapshot", "{}", "");
    // The head of the answer and one piece are on their way; until they are gone, no other is asked
    // for.
    assertThat(snapshots.sent).isEqualTo(1);
    for (int round = 2; round < 50; round++) {
      socket.takeAll();
      runAll();
      assertThat(snapshots.sent).isEqualTo(round);
      assertThat(socket.held).hasSizeLessThanOrEqualTo(1);
    }
  }

  @Test
  void aClientThatGoesAwayEndsTheCall() {
    socket.slow = true;
    post("/v3/maintenance/snapshot", "{}", "");
    assertThat(snapshots.canceled).isFalse();
    assertThat(channel.pipeline().firstContext().close().isSuccess()).isTrue();
    runAll();
    assertThat(snapshots.canceled).isTrue();
  }

  @Test
  void aStreamThatFailsEndsWithTheFailureOnItsLastLine() {
    snapshots.failAfter = 2;
    assertThat(post("/v3/maintenance/snapshot", "{}", ""))
        .startsWith("HTTP/1.1 200 OK")
        .contains("{\"result\":{\"blob\":\"")
        .contains(
            "{\"error\":{\"code\":14,\"message\":\"etcdserver: server stopped\",\"details\":[]}}\n");
  }

  @Test
  void aStreamThatFailsAtOnceSaysSoInTheStatusToo() {
    snapshots.failAfter = 0;
    assertThat(post("/v3/maintenance/snapshot", "{}", ""))
        .startsWith("HTTP/1.1 503 ")
        .contains("{\"error\":{\"code\":14,");
  }

  @Test
  void requestsAreReadFromTheBodyOnlyWhenTheServiceWantsThem() {
    renewals.holdBack = true;
    post("/v3/lease/keepalive", "{\"ID\":1}".repeat(1000), "");
    assertThat(renewals.received).hasSize(1);
    renewals.answerAll();
    runAll();
    assertThat(renewals.received).hasSize(2);
  }

  @Test
  void anUnreadableRequestInTheMiddleEndsTheStreamWithItsReason() {
    assertThat(post("/v3/lease/keepalive", "{\"ID\":1}{\"ID\":\"x\"}", ""))
        .contains("{\"error\":{\"code\":3,");
    assertThat(renewals.received).containsExactly(1L);
  }

  @Test
  void authorizationIsTheTokenAndMetadataGoesThrough() {
    post("/v3/maintenance/status", "{}", "Authorization: Bearer abc.1\r\n");
    assertThat(snapshots.seen).isEqualTo("abc.1 null");
    post(
        "/v3/maintenance/status",
        "{}",
        "Authorization: abc.2\r\nGrpc-Metadata-Hasleader: true\r\n");
    assertThat(snapshots.seen).isEqualTo("abc.2 true");
    post("/v3/maintenance/status", "{}", "Grpc-Metadata-: x\r\nGrpc-Metadata-x-bin: /\r\n");
    assertThat(snapshots.seen).isEqualTo("null null");
  }

  @Test
  void aServiceThatNobodyServesIsUnimplemented() {
    assertThat(post("/v3/auth/status", "{}", ""))
        .startsWith("HTTP/1.1 501 ")
        .contains("\"code\":12");
  }

  @Test
  void aMessageMayBeAsLargeAsTheLimit() {
    for (int bytes : new int[] {999, 1000, 1001}) {
      String name = "x".repeat(bytes - 3); // A tag and two bytes of length.
      assertThat(post("/v3/auth/user/get", "{\"name\":\"" + name + "\"}", ""))
          .startsWith(bytes <= 1000 ? "HTTP/1.1 501 " : "HTTP/1.1 429 ");
    }
  }

  private String post(String path, String body, String headers) {
    String request =
        "POST %s HTTP/1.1\r\nContent-Length: %d\r\n%s\r\n%s"
            .formatted(path, body.length(), headers, body);
    channel.writeInbound(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
    runAll();
    StringBuilder heard = new StringBuilder();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      heard.append(out.toString(StandardCharsets.UTF_8));
      out.release();
    }
    return heard.toString();
  }

  private void runAll() {
    for (Runnable next = work.poll(); next != null; next = work.poll()) {
      next.run();
      channel.runPendingTasks();
    }
  }

  /** Keeps what is written, when slow, until a test takes it. */
  private static final class SlowSocket extends ChannelOutboundHandlerAdapter {
    private final List<ChannelPromise> held = new ArrayList<>();
    private boolean slow;

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise)
        throws Exception {
      if (slow && message instanceof ByteBuf bytes && bytes.readableBytes() > 100) {
        bytes.release();
        held.add(promise);
      } else {
        super.write(ctx, message, promise);
      }
    }

    void takeAll() {
      List<ChannelPromise> taken = List.copyOf(held);
      held.clear();
      taken.forEach(ChannelPromise::trySuccess);
    }
  }

  /** Sends snapshots for as long as they are taken. */
  private static final class Snapshots extends MaintenanceGrpc.MaintenanceImplBase {
    private int sent;
    private int failAfter = 10_000;
    private boolean canceled;
    private @Nullable String seen;

    @Override
    public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> observer) {
      ServerCallStreamObserver<SnapshotResponse> call =
          (ServerCallStreamObserver<SnapshotResponse>) observer;
      call.setOnCancelHandler(() -> canceled = true);
      call.setOnReadyHandler(() -> sendMore(call));
    }

    private void sendMore(ServerCallStreamObserver<SnapshotResponse> call) {
      while (call.isReady() && sent < failAfter) {
        sent++;
        call.onNext(
            SnapshotResponse.newBuilder().setBlob(ByteString.copyFrom(new byte[600])).build());
      }
      if (sent == failAfter) {
        call.onError(
            Status.UNAVAILABLE.withDescription(KvError.SERVER_STOPPED.text()).asRuntimeException());
      }
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
      seen = SEEN.get();
      observer.onNext(StatusResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }

  /** Answers renewals at once, or when it is told to. */
  private static final class Renewals extends LeaseGrpc.LeaseImplBase {
    private final List<Long> received = new ArrayList<>();
    private final List<Runnable> unanswered = new ArrayList<>();
    private boolean holdBack;

    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
        StreamObserver<LeaseKeepAliveResponse> observer) {
      ServerCallStreamObserver<LeaseKeepAliveResponse> call =
          (ServerCallStreamObserver<LeaseKeepAliveResponse>) observer;
      call.disableAutoRequest();
      call.request(1);
      return new StreamObserver<>() {
        @Override
        public void onNext(LeaseKeepAliveRequest request) {
          received.add(request.getID());
          unanswered.add(
              () -> {
                call.onNext(LeaseKeepAliveResponse.getDefaultInstance());
                call.request(1);
              });
          if (!holdBack) {
            answerAll();
          }
        }

        @Override
        public void onError(Throwable gone) {}

        @Override
        public void onCompleted() {
          call.onCompleted();
        }
      };
    }

    void answerAll() {
      List<Runnable> answers = List.copyOf(unanswered);
      unanswered.clear();
      answers.forEach(Runnable::run);
    }
  }

  /** Lets the service see what came as metadata. */
  private static final class Watchful implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      String seen = text(headers, "token") + " " + text(headers, "hasleader");
      return Contexts.interceptCall(Context.current().withValue(SEEN, seen), call, headers, next);
    }

    private static @Nullable String text(Metadata headers, String name) {
      return headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }
  }
}
