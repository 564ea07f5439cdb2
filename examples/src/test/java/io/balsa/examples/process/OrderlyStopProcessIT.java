package io.balsa.examples.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.client.ClusterClient;
import io.balsa.examples.client.EtcdClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** SIGTERM ends a member in good order, and its cluster goes on without it. */
class OrderlyStopProcessIT {
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);

  @Test
  void aLeaderThatIsAskedToStopExitsWithZeroAndTheOthersGoOn() {
    Installation home = Installation.find();
    try (LocalCluster cluster = LocalCluster.startTemporary(home, 3, List.of());
        ClusterClient clients = new ClusterClient(cluster.members(), CALL_TIMEOUT)) {
      MemberSpec leader = clients.awaitLeader();
      clients.to(leader).put("before", "1");

      int exitCode = cluster.stop(leader);

      assertThat(exitCode).as("%s", cluster.logs()).isZero();
      MemberSpec other = clients.awaitLeader();
      clients.to(other).put("after", "2");
      cluster.launch(leader);
      cluster.awaitHealthy(leader);
      EtcdClient back = clients.awaitConnected(leader);
      assertThat(back.get("before")).isPresent();
      assertThat(back.get("after")).isPresent();
    }
  }
}
