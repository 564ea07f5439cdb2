package io.balsa.kv.server;

import static io.balsa.kv.server.Jetcd.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.Cluster;
import io.etcd.jetcd.cluster.Member;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** jetcd's Cluster, every call; {@link MemberChangesTest} has members that really join. */
@Timeout(120)
final class JetcdMembersTest {
  @Test
  void aMemberIsAddedUpdatedAndRemoved(@TempDir Path dir) throws Exception {
    try (TestCluster members = TestCluster.start(dir, 3);
        Client client = Jetcd.anywhere(members)) {
      Cluster cluster = client.getClusterClient();
      List<URI> first = List.of(URI.create("http://127.0.0.1:1"));
      Member learner = done(cluster.addMember(first, true)).getMember();
      assertThat(learner.isLearner()).isTrue();
      assertThat(learner.getPeerURIs()).isEqualTo(first);
      assertThatThrownBy(() -> done(cluster.promoteMember(learner.getId())))
          .hasStackTraceContaining(
              "can only promote a learner member which is in sync with leader");

      List<URI> second = List.of(URI.create("http://127.0.0.1:2"));
      done(cluster.updateMember(learner.getId(), second));
      assertThat(done(cluster.listMember()).getMembers())
          .hasSize(4)
          .filteredOn(member -> member.getId() == learner.getId())
          .flatExtracting(Member::getPeerURIs)
          .isEqualTo(second);

      done(cluster.removeMember(learner.getId()));
      assertThat(done(cluster.listMember()).getMembers()).hasSize(3);
      assertThatThrownBy(() -> done(cluster.removeMember(learner.getId())))
          .hasStackTraceContaining("member not found");

      Member voter = done(cluster.addMember(first)).getMember();
      assertThat(done(cluster.listMember()).getMembers())
          .extracting(Member::getId)
          .contains(voter.getId());
      done(cluster.removeMember(voter.getId()));
    }
  }
}
