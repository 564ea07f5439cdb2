package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.lock.LockRequest;
import io.balsa.kv.proto.lock.LockResponse;
import io.balsa.kv.proto.lock.UnlockRequest;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Those who wait for a lock while members come and go. */
@Timeout(180)
final class LockFailoverTest {
  @TempDir private Path dir;

  @Test
  void aWaiterOutlivesTheLeaderAndKeepsItsPlaceWhenItsMemberStops() throws Exception {
    try (TestCluster cluster = TestCluster.start(dir, 3)) {
      int leader = cluster.leader();
      int stays = (leader + 1) % 3;
      try (MemberClient atLeader = new MemberClient(cluster, leader);
          MemberClient atFollower = new MemberClient(cluster, stays)) {
        LockResponse held = atFollower.lock().lock(request(atFollower.grant(60)));
        long lease = atFollower.grant(60);
        ListenableFuture<LockResponse> cutOff = atLeader.lockLater().lock(request(lease));
        cluster.await(() -> atFollower.queue("job").size() == 2);
        ListenableFuture<LockResponse> last =
            atFollower.lockLater().lock(request(atFollower.grant(60)));
        cluster.await(() -> atFollower.queue("job").size() == 3);

        cluster.stop(leader);
        assertThatThrownBy(() -> cutOff.get(30, TimeUnit.SECONDS))
            .hasMessageContaining(KvError.SERVER_STOPPED.text());

        // It asks again elsewhere, and is still before the one that came after it.
        ListenableFuture<LockResponse> again = atFollower.lockLater().lock(request(lease));
        unlock(atFollower, held.getKey());
        LockResponse second = again.get(30, TimeUnit.SECONDS);
        assertThat(last.isDone()).isFalse();
        unlock(atFollower, second.getKey());
        assertThat(last.get(30, TimeUnit.SECONDS).getKey())
            .isEqualTo(atFollower.queue("job").get(0).getKey());
      }
    }
  }

  private static void unlock(MemberClient client, ByteString key) {
    var unused = client.lock().unlock(UnlockRequest.newBuilder().setKey(key).build());
  }

  private static LockRequest request(long lease) {
    return LockRequest.newBuilder().setName(ByteString.copyFromUtf8("job")).setLease(lease).build();
  }
}
