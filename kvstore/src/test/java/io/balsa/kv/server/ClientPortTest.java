package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.http.HttpAnswer;
import io.balsa.kv.http.HttpRoutes;
import io.balsa.kv.http.VersionPage;
import io.balsa.kv.proto.ClusterGrpc;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.MemberListRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ClientPortTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final ClientPort.Settings SETTINGS =
      new ClientPort.Settings(
          1024, 100, Duration.ofSeconds(5), Duration.ofHours(2), Duration.ofSeconds(20));

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private BoundSocket first;
  private BoundSocket second;
  private ClientPort port;

  @BeforeEach
  void serve() {
    first = BoundSocket.bind(ANY_PORT, "clients");
    second = BoundSocket.bind(ANY_PORT, "clients");
    port =
        ClientPort.serve(
            List.of(first, second), SETTINGS, List.of(new CountingKv().bindService()), routes());
  }

  @AfterEach
  void close() {
    port.close();
  }

  @Test
  void grpcAndHttpShareEveryPort() throws Exception {
    for (BoundSocket socket : List.of(first, second)) {
      assertThat(rangeOn(socket).getCount()).isEqualTo(42);
      assertThat(get(socket, "/version").body())
          .isEqualTo("{\"etcdserver\":\"3.6.0\",\"etcdcluster\":\"3.6.0\",\"storage\":\"3.6.0\"}");
      assertThat(rangeOn(socket).getCount()).isEqualTo(42);
    }
  }

  @Test
  void onlyGetIsAllowedAndOnlyOfWhatExists() throws Exception {
    HttpRequest post =
        HttpRequest.newBuilder(uri(first, "/health"))
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build();
    assertThat(http.send(post, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(405);
    assertThat(get(first, "/nothing").statusCode()).isEqualTo(404);
  }

  @Test
  void bytesThatArriveOneByOneAreStillUnderstood() throws Exception {
    try (Socket socket = connect()) {
      for (byte b : "GET /health HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)) {
        socket.getOutputStream().write(b);
        socket.getOutputStream().flush();
      }
      assertThat(readAll(socket)).startsWith("HTTP/1.1 200 OK").contains("\"health\":\"true\"");
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    try (Socket socket = connect()) {
      String requests =
          "GET /version HTTP/1.1\r\nHost: x\r\n\r\n"
              + "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
              + "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(requests.getBytes(StandardCharsets.US_ASCII));
      assertThat(readAll(socket)).containsSubsequence("etcdserver", "health", "404");
    }
  }

  @Test
  void whatIsNeitherProtocolIsClosedAndHarmsNobody() throws Exception {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(new byte[] {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00});
      socket.getOutputStream().write("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(readAll(socket)).doesNotContain("200 OK");
    }
    assertThat(rangeOn(first).getCount()).isEqualTo(42);
  }

  @Test
  void aServiceThatIsNotServedIsUnimplemented() throws Exception {
    ManagedChannel channel = channelTo(first);
    try {
      assertThatThrownBy(
              () ->
                  ClusterGrpc.newBlockingStub(channel)
                      .memberList(MemberListRequest.getDefaultInstance()))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
    } finally {
      closeChannel(channel);
    }
  }

  @Test
  void aMessageBeyondTheLimitAndItsEnvelopeIsRefused() throws Exception {
    ManagedChannel channel = channelTo(first);
    try {
      PutRequest huge =
          PutRequest.newBuilder()
              .setValue(com.google.protobuf.ByteString.copyFrom(new byte[600 * 1024]))
              .build();
      assertThatThrownBy(() -> KVGrpc.newBlockingStub(channel).put(huge))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    } finally {
      closeChannel(channel);
    }
  }

  @Test
  void aPortInUseIsRefusedWithItsAddress() {
    assertThatThrownBy(() -> BoundSocket.bind(first.address(), "clients"))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining(first.address().toString())
        .hasMessageContaining("in use");
  }

  @Test
  void connectionsWaitInAPortThatIsBoundButNotYetServed() throws Exception {
    BoundSocket early = BoundSocket.bind(ANY_PORT, "clients");
    try (Socket socket = new Socket(early.address().getAddress(), early.address().getPort())) {
      socket
          .getOutputStream()
          .write("GET /health HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      ClientPort late = ClientPort.serve(List.of(early), SETTINGS, List.of(), routes());
      try {
        assertThat(readAll(socket)).startsWith("HTTP/1.1 200 OK");
      } finally {
        late.close();
      }
    }
  }

  private static HttpRoutes routes() {
    return new HttpRoutes()
        .get("/version", new VersionPage())
        .get(
            "/health",
            exchange ->
                exchange.answer(HttpAnswer.json(HttpResponseStatus.OK, "{\"health\":\"true\"}")));
  }

  private RangeResponse rangeOn(BoundSocket socket) throws InterruptedException {
    ManagedChannel channel = channelTo(socket);
    try {
      return KVGrpc.newBlockingStub(channel)
          .withDeadlineAfter(20, TimeUnit.SECONDS)
          .range(RangeRequest.getDefaultInstance());
    } finally {
      closeChannel(channel);
    }
  }

  private static ManagedChannel channelTo(BoundSocket socket) {
    return NettyChannelBuilder.forAddress(socket.address()).usePlaintext().build();
  }

  private static void closeChannel(ManagedChannel channel) throws InterruptedException {
    assertThat(channel.shutdownNow().awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(first.address().getAddress(), first.address().getPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static String readAll(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  private HttpResponse<String> get(BoundSocket socket, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(uri(socket, path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static URI uri(BoundSocket socket, String path) {
    return URI.create("http://127.0.0.1:" + socket.address().getPort() + path);
  }

  /** Answers every range with the same count. */
  private static final class CountingKv extends KVGrpc.KVImplBase {
    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
      observer.onNext(RangeResponse.newBuilder().setCount(42).build());
      observer.onCompleted();
    }
  }
}
