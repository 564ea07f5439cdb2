package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.model.KvError;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What gRPC's health service says of a member from its start to its end. */
@Timeout(120)
final class GrpcHealthTest {
  @TempDir private Path dir;

  @Test
  void aMemberServesFromWhenItIsReadyUntilItStops() throws Exception {
    try (TestCluster cluster = TestCluster.startOneOf(dir, 3);
        MemberClient client = new MemberClient(cluster, 0)) {
      BlockingQueue<Object> heard = watch(client, "");
      assertThat(next(heard)).isEqualTo(ServingStatus.NOT_SERVING);
      assertThat(check(client, "")).isEqualTo(ServingStatus.NOT_SERVING);

      cluster.restartAll();
      assertThat(next(heard)).isEqualTo(ServingStatus.SERVING);
      assertThat(check(client, "")).isEqualTo(ServingStatus.SERVING);

      cluster.stop(0);
      assertThat(next(heard)).isEqualTo(ServingStatus.NOT_SERVING);
      assertThat(next(heard)).isEqualTo(KvError.SERVER_STOPPED.text());
      assertThat(heard).isEmpty();
    }
  }

  @Test
  void onlyTheServerAsAWholeIsKnown() throws Exception {
    try (TestCluster cluster = TestCluster.start(dir, 1);
        MemberClient client = new MemberClient(cluster, 0)) {
      assertThatThrownBy(() -> check(client, "etcdserverpb.KV"))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
      BlockingQueue<Object> heard = watch(client, "etcdserverpb.KV");
      assertThat(next(heard)).isEqualTo(ServingStatus.SERVICE_UNKNOWN);
      cluster.stop(0);
      assertThat(next(heard)).isEqualTo(KvError.SERVER_STOPPED.text());
    }
  }

  private static ServingStatus check(MemberClient client, String service) {
    return HealthGrpc.newBlockingStub(client.channel())
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  /** The statuses, and at the end the description of the failure. */
  private static BlockingQueue<Object> watch(MemberClient client, String service) {
    BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    HealthGrpc.newStub(client.channel())
        .watch(
            HealthCheckRequest.newBuilder().setService(service).build(),
            new StreamObserver<HealthCheckResponse>() {
              @Override
              public void onNext(HealthCheckResponse response) {
                heard.add(response.getStatus());
              }

              @Override
              public void onError(Throwable failure) {
                heard.add(String.valueOf(Status.fromThrowable(failure).getDescription()));
              }

              @Override
              public void onCompleted() {
                heard.add("completed");
              }
            });
    return heard;
  }

  private static Object next(BlockingQueue<Object> heard) throws Exception {
    Object next = heard.poll(30, TimeUnit.SECONDS);
    assertThat(next).as("what is heard next").isNotNull();
    return next;
  }
}
