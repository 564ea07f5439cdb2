package io.balsa.examples.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that can't start says why in one line, and leaves everything as it was. */
class RefusedStartProcessIT {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Installation home = Installation.find();

  @TempDir Path dir;

  @Test
  void anUnknownFlagIsRefused() throws Exception {
    ClusterSpec spec = ClusterSpec.onFreePorts(dir, 1, List.of("--no-such-flag=1"));

    refuses(spec, spec.members().get(0), "no-such-flag");
  }

  @Test
  void aPortOfSomebodyElseIsRefused() throws Exception {
    try (LocalCluster other = LocalCluster.start(home, dir.resolve("other"), 1, List.of())) {
      MemberSpec running = other.members().get(0);
      ClusterSpec free = ClusterSpec.onFreePorts(dir, 1, List.of());
      MemberSpec spare = free.members().get(0);
      Path fresh = dir.resolve("fresh");

      refuses(
          alone(new MemberSpec("n1", running.clientPort(), spare.peerPort(), fresh)),
          "" + running.clientPort());
      refuses(
          alone(new MemberSpec("n1", spare.clientPort(), running.peerPort(), fresh)),
          "" + running.peerPort());
    }
  }

  @Test
  void aDirectoryInUseIsRefused() throws Exception {
    ClusterSpec spec = stoppedCluster(1);
    MemberSpec member = spec.members().get(0);
    Path lockFile = member.dataDir().resolve("lock");

    try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      assertThat(held.isValid()).isTrue();
      refuses(spec, "is in use");
    }
  }

  @Test
  void aDirectoryOfAnotherMemberOrClusterIsRefused() throws Exception {
    ClusterSpec spec = stoppedCluster(3);
    MemberSpec first = spec.members().get(0);
    MemberSpec second = spec.members().get(1);
    MemberSpec intruder =
        new MemberSpec(second.name(), second.clientPort(), second.peerPort(), first.dir());
    List<MemberSpec> members = List.of(first, intruder, spec.members().get(2));

    refuses(new ClusterSpec(members, List.of()), intruder, "belongs to another member");
    ClusterSpec other = new ClusterSpec(members, List.of("--initial-cluster-token=another"));
    refuses(other, first, "belongs to another cluster");
  }

  private ClusterSpec stoppedCluster(int members) {
    try (LocalCluster cluster = LocalCluster.start(home, dir, members, List.of())) {
      cluster.members().forEach(cluster::stop);
      return cluster.spec();
    }
  }

  private static ClusterSpec alone(MemberSpec member) {
    return new ClusterSpec(List.of(member), List.of());
  }

  private void refuses(ClusterSpec spec, String why) throws Exception {
    refuses(spec, spec.members().get(0), why);
  }

  private void refuses(ClusterSpec spec, MemberSpec member, String why)
      throws IOException, InterruptedException {
    Listing before = Listing.of(member.dir());

    Finished finished = start(spec, member);

    assertThat(finished.exitCode()).as("%s", finished).isNotZero();
    assertThat(finished.err()).hasLineCount(1).startsWith("balsa: ").contains(why);
    assertThat(Listing.of(member.dir())).isEqualTo(before);
  }

  private Finished start(ClusterSpec spec, MemberSpec member)
      throws IOException, InterruptedException {
    return Finished.run(new ArrayList<>(spec.command(home.server(), member)), DEADLINE);
  }
}
