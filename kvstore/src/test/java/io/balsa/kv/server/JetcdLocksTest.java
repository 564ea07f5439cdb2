package io.balsa.kv.server;

import static io.balsa.kv.server.Jetcd.bytes;
import static io.balsa.kv.server.Jetcd.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.election.CampaignResponse;
import io.etcd.jetcd.election.LeaderKey;
import io.etcd.jetcd.election.LeaderResponse;
import io.etcd.jetcd.election.NoLeaderException;
import io.etcd.jetcd.election.NotLeaderException;
import io.etcd.jetcd.lock.LockResponse;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** jetcd's locks and elections, each client at another of three members. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JetcdLocksTest {
  private TestCluster cluster;
  private MemberClient plain;
  private Client one;
  private Client other;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    cluster = TestCluster.start(dir, 3);
    plain = new MemberClient(cluster, 2);
    one = Client.builder().endpoints(cluster.clientUrl(0)).build();
    other = Client.builder().endpoints(cluster.clientUrl(1)).build();
  }

  @AfterAll
  void stop() {
    one.close();
    other.close();
    plain.close();
    cluster.close();
  }

  @Test
  void aLockIsHandedOver() throws Exception {
    ByteSequence name = bytes("jetcd/lock");
    LockResponse held = done(one.getLockClient().lock(name, lease(one, 60)));
    CompletableFuture<LockResponse> waiting = other.getLockClient().lock(name, lease(other, 60));
    cluster.await(() -> plain.queue("jetcd/lock").size() == 2);
    assertThat(waiting).isNotDone();
    done(one.getLockClient().unlock(held.getKey()));
    assertThat(done(waiting).getKey()).isNotEqualTo(held.getKey());
    done(other.getLockClient().unlock(done(waiting).getKey()));
    assertThat(plain.queue("jetcd/lock")).isEmpty();
  }

  @Test
  void aLockGoesWithItsLease() throws Exception {
    ByteSequence name = bytes("jetcd/expiring");
    LockResponse held = done(one.getLockClient().lock(name, lease(one, 2)));
    LockResponse next = done(other.getLockClient().lock(name, lease(other, 60)));
    assertThat(next.getKey()).isNotEqualTo(held.getKey());
  }

  @Test
  void aLeaderIsObservedAndSucceeded() throws Exception {
    ByteSequence name = bytes("jetcd/election");
    Seen seen = new Seen();
    Election election = one.getElectionClient();
    assertThatThrownBy(() -> done(election.leader(name)))
        .hasRootCauseInstanceOf(NoLeaderException.class);
    election.observe(name, seen);

    LeaderKey first = done(election.campaign(name, lease(one, 60), bytes("a"))).getLeader();
    assertThat(next(seen)).isEqualTo("a");
    done(other.getElectionClient().proclaim(first, bytes("b")));
    assertThat(next(seen)).isEqualTo("b");
    assertThat(done(election.leader(name)).getKv().getKey()).isEqualTo(first.getKey());

    CompletableFuture<CampaignResponse> heir =
        other.getElectionClient().campaign(name, lease(other, 60), bytes("c"));
    cluster.await(() -> plain.queue("jetcd/election").size() == 2);
    assertThat(heir).isNotDone();
    done(election.resign(first));
    assertThat(next(seen)).isEqualTo("c");
    assertThat(done(heir).getLeader().getRevision()).isGreaterThan(first.getRevision());
    assertThatThrownBy(() -> done(election.proclaim(first, bytes("d"))))
        .hasRootCauseInstanceOf(NotLeaderException.class);
  }

  private static long lease(Client client, long ttlSeconds) throws Exception {
    return done(client.getLeaseClient().grant(ttlSeconds)).getID();
  }

  private static String next(Seen seen) throws Exception {
    LeaderResponse next = seen.responses.poll(30, TimeUnit.SECONDS);
    assertThat(next).as("what comes next").isNotNull();
    return next.getKv().getValue().toString();
  }

  /** The end of the stream is of no interest. */
  private static final class Seen implements Election.Listener {
    final BlockingQueue<LeaderResponse> responses = new LinkedBlockingQueue<>();

    @Override
    public void onNext(LeaderResponse response) {
      responses.add(response);
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }
}
