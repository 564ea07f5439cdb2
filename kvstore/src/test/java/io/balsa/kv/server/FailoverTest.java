package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
final class FailoverTest {
  @TempDir private Path dir;

  @Test
  void aClusterGoesOnWithoutItsLeaderAndTakesItBack() throws Exception {
    try (TestCluster cluster = TestCluster.start(dir, 3)) {
      int leader = cluster.leader();
      int follower = (leader + 1) % 3;
      put(cluster, follower, "before");

      // A graceful stop hands leadership over: the next write needs no election timeout.
      cluster.stop(leader);
      put(cluster, follower, "without");
      assertThat(cluster.leader()).isNotEqualTo(leader);

      cluster.restart(leader);
      assertThat(read(cluster, leader)).isEqualTo("without");
    }
  }

  @Test
  void aClusterThatWasStoppedWhollyComesBackWithItsData() throws Exception {
    try (TestCluster cluster = TestCluster.start(dir, 3)) {
      put(cluster, 0, "kept");
      for (int member = 0; member < 3; member++) {
        cluster.stop(member);
      }
      cluster.restartAll();
      for (int member = 0; member < 3; member++) {
        assertThat(read(cluster, member)).isEqualTo("kept");
      }
    }
  }

  private static void put(TestCluster cluster, int member, String value) throws Exception {
    ManagedChannel channel = channelTo(cluster, member);
    try {
      assertThat(
              KVGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(30, TimeUnit.SECONDS)
                  .put(
                      PutRequest.newBuilder()
                          .setKey(ByteString.copyFromUtf8("k"))
                          .setValue(ByteString.copyFromUtf8(value))
                          .build())
                  .getHeader()
                  .getRevision())
          .isGreaterThan(1);
    } finally {
      channel.shutdownNow();
    }
  }

  private static String read(TestCluster cluster, int member) throws Exception {
    ManagedChannel channel = channelTo(cluster, member);
    try {
      RangeResponse range =
          KVGrpc.newBlockingStub(channel)
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build());
      return range.getKvs(0).getValue().toStringUtf8();
    } finally {
      channel.shutdownNow();
    }
  }

  private static ManagedChannel channelTo(TestCluster cluster, int member) {
    return NettyChannelBuilder.forAddress("127.0.0.1", cluster.clientPort(member))
        .usePlaintext()
        .build();
  }
}
