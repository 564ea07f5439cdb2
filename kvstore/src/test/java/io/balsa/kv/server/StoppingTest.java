package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.LeaseGrpc;
import io.balsa.kv.proto.LeaseKeepAliveRequest;
import io.balsa.kv.proto.LeaseKeepAliveResponse;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchGrpc;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import io.balsa.kv.proto.election.CampaignRequest;
import io.balsa.kv.proto.election.CampaignResponse;
import io.balsa.kv.proto.election.ElectionGrpc;
import io.balsa.kv.proto.election.LeaderRequest;
import io.balsa.kv.proto.election.LeaderResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients hear of a member that stops while they are connected. */
@Timeout(120)
final class StoppingTest {
  @TempDir private Path dir;

  @Test
  void streamsThatNeverEndAreEndedAndNotCutOff() throws Exception {
    try (TestCluster cluster = TestCluster.start(dir, 1)) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", cluster.clientPort(0)).usePlaintext().build();
      Heard<WatchResponse> watch = new Heard<>();
      WatchGrpc.newStub(channel)
          .watch(watch)
          .onNext(
              WatchRequest.newBuilder()
                  .setCreateRequest(
                      WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")))
                  .build());
      Heard<LeaseKeepAliveResponse> keepAlive = new Heard<>();
      LeaseGrpc.newStub(channel)
          .leaseKeepAlive(keepAlive)
          .onNext(LeaseKeepAliveRequest.newBuilder().setID(7).build());
      Heard<LeaderResponse> observe = new Heard<>();
      ElectionGrpc.newStub(channel)
          .observe(
              LeaderRequest.newBuilder().setName(ByteString.copyFromUtf8("job")).build(), observe);
      CampaignResponse won =
          ElectionGrpc.newBlockingStub(channel)
              .campaign(
                  CampaignRequest.newBuilder().setName(ByteString.copyFromUtf8("job")).build());
      assertThat(observe.first.get(20, TimeUnit.SECONDS).getKv().getKey())
          .isEqualTo(won.getLeader().getKey());
      watch.first.get(20, TimeUnit.SECONDS);
      keepAlive.first.get(20, TimeUnit.SECONDS);
      cluster.stop(0);
      assertThat(watch.end.get(20, TimeUnit.SECONDS)).isEqualTo(KvError.SERVER_STOPPED.text());
      assertThat(keepAlive.end.get(20, TimeUnit.SECONDS)).isEqualTo(KvError.SERVER_STOPPED.text());
      assertThat(observe.end.get(20, TimeUnit.SECONDS)).isEqualTo(KvError.SERVER_STOPPED.text());
      assertThat(channel.shutdownNow().awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aStreamOfHttpEndsWithALineThatSaysWhy() throws Exception {
    try (TestCluster cluster = TestCluster.start(dir, 1)) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(cluster.clientUrl(0) + "/v3/watch"))
              .POST(HttpRequest.BodyPublishers.ofString("{\"create_request\":{\"key\":\"YQ==\"}}"))
              .build();
      try (Stream<String> lines =
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
        Iterator<String> line = lines.iterator();
        assertThat(line.next()).endsWith("\"created\":true}}");
        cluster.stop(0);
        assertThat(line.next())
            .isEqualTo(
                "{\"error\":{\"code\":14,\"message\":\"etcdserver: server stopped\",\"details\":[]}}");
        assertThat(line.hasNext()).isFalse();
      }
    }
  }

  /** The first answer, and with what the call ended. */
  private static final class Heard<T> implements StreamObserver<T> {
    final CompletableFuture<T> first = new CompletableFuture<>();
    final CompletableFuture<String> end = new CompletableFuture<>();

    @Override
    public void onNext(T response) {
      first.complete(response);
    }

    @Override
    public void onError(Throwable failure) {
      first.completeExceptionally(failure);
      end.complete(String.valueOf(Status.fromThrowable(failure).getDescription()));
    }

    @Override
    public void onCompleted() {
      end.complete("completed");
    }
  }
}
