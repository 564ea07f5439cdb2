package io.balsa.examples.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.balsa.examples.process.Finished;
import io.balsa.examples.process.Installation;
import io.balsa.examples.process.LocalCluster;
import io.balsa.examples.process.MemberSpec;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** etcdctl, where it is installed, against each of three members. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdctlProcessIT {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final Map<String, String> API = Map.of("ETCDCTL_API", "3");
  private static final Pattern LEASE =
      Pattern.compile("lease ([0-9a-f]+) granted with TTL\\((\\d+)s\\)");

  private LocalCluster cluster;

  @BeforeAll
  void start() {
    boolean installed =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(dir -> Files.isExecutable(Path.of(dir, "etcdctl")));
    if (!installed) {
      System.out.println("skipped: etcdctl isn't on the PATH");
    }
    assumeTrue(installed, "etcdctl isn't on the PATH");
    cluster = LocalCluster.startTemporary(Installation.find(), 3, List.of());
  }

  @AfterAll
  void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void keysArePutAndGotByPrefix() throws Exception {
    for (MemberSpec member : cluster.members()) {
      String name = member.name();
      assertThat(etcdctl(member, "put", "ctl/" + name + "/b", "2")).isEqualTo("OK\n");
      assertThat(etcdctl(member, "put", "ctl/" + name + "/a", "1")).isEqualTo("OK\n");
      assertThat(etcdctl(member, "get", "--prefix", "ctl/" + name + "/"))
          .isEqualTo("ctl/%s/a\n1\nctl/%s/b\n2\n", name, name);
    }
  }

  @Test
  void aTransactionChoosesItsBranch() throws Exception {
    for (MemberSpec member : cluster.members()) {
      String key = "txn/" + member.name();
      etcdctl(member, "put", key, "old");
      String txn = "value(\"" + key + "\") = \"old\"\n\nput " + key + " new\n\nget " + key + "\n\n";

      assertThat(interactive(member, txn, "txn")).isEqualTo("SUCCESS\n\nOK\n");
      assertThat(interactive(member, txn, "txn")).isEqualTo("FAILURE\n\n" + key + "\nnew\n");
    }
  }

  @Test
  void aWatchBeginsAtItsRevision() throws Exception {
    for (MemberSpec member : cluster.members()) {
      String key = "watch/" + member.name();
      etcdctl(member, "put", key, "1");
      Matcher revision =
          Pattern.compile("\"mod_revision\":(\\d+)")
              .matcher(etcdctl(member, "get", key, "-w", "json"));
      assertThat(revision.find()).isTrue();
      etcdctl(member, "put", key, "2");
      etcdctl(member, "del", key);

      String expected = "PUT\n" + key + "\n1\nPUT\n" + key + "\n2\nDELETE\n" + key + "\n";
      assertThat(watch(member, key, revision.group(1), expected)).isEqualTo(expected + "\n");
    }
  }

  @Test
  void aLeaseIsGrantedKeptAndRevoked() throws Exception {
    for (MemberSpec member : cluster.members()) {
      String key = "lease/" + member.name();
      Matcher granted = LEASE.matcher(etcdctl(member, "lease", "grant", "60"));
      assertThat(granted.find()).isTrue();
      assertThat(granted.group(2)).isEqualTo("60");
      String lease = granted.group(1);
      etcdctl(member, "put", "--lease=" + lease, key, "x");

      assertThat(etcdctl(member, "lease", "timetolive", lease, "--keys"))
          .contains("granted with TTL(60s)", "attached keys([" + key + "])");
      assertThat(etcdctl(member, "lease", "keep-alive", "--once", lease))
          .contains("lease " + lease + " keepalived with TTL(60)");
      assertThat(etcdctl(member, "lease", "revoke", lease)).contains("revoked");
      assertThat(etcdctl(member, "get", key)).isEmpty();
    }
  }

  /** etcdctl brings its own recipe: a key below the name, as our Lock service makes it. */
  @Test
  void aCommandRunsWhileItHoldsALock() throws Exception {
    for (MemberSpec member : cluster.members()) {
      String name = "lock/" + member.name();
      assertThat(etcdctl(member, "lock", name, "echo", "held")).isEqualTo("held\n");
      assertThat(etcdctl(member, "get", "--prefix", name)).isEmpty();
    }
  }

  @Test
  void whoIsElectedIsSeenByWhoListens() throws Exception {
    for (MemberSpec member : cluster.members()) {
      String begin = "elect/" + member.name() + "/";
      Process leader = spawn(member, "elect", "elect/" + member.name(), "value");
      Process listener = spawn(member, "elect", "-l", "elect/" + member.name());
      try {
        assertThat(firstBytes(leader, begin.length())).isEqualTo(begin);
        assertThat(firstBytes(listener, begin.length())).isEqualTo(begin);
      } finally {
        listener.destroyForcibly().waitFor();
        leader.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void leadershipIsMoved() throws Exception {
    String all =
        cluster.members().stream().map(MemberSpec::endpoint).collect(Collectors.joining(","));
    String target = etcdctl(cluster.members().get(0), "member", "list").split(",")[0];
    Finished moved = run(all, "", "move-leader", target);
    assertThat(moved.exitCode()).as("%s%s", moved, cluster.logs()).isZero();
    assertThat(moved.out()).startsWith("Leadership transferred from ").contains(target);
  }

  @Test
  void theClusterTellsAboutItself() throws Exception {
    String all =
        cluster.members().stream().map(MemberSpec::endpoint).collect(Collectors.joining(","));
    Finished status = run(all, "", "endpoint", "status", "-w", "table");
    assertThat(status.exitCode()).as("%s", status).isZero();
    // IS LEADER is the only column that says true: IS LEARNER is false for all of them.
    assertThat(status.out().split("\\btrue\\b", -1)).as("%s", status).hasSize(2);
    for (MemberSpec member : cluster.members()) {
      Finished health = run(member.endpoint(), "", "endpoint", "health");
      assertThat(health.exitCode()).as("%s", health).isZero();
      assertThat(health.out() + health.err()).contains(member.endpoint() + " is healthy");
      assertThat(etcdctl(member, "member", "list").lines())
          .hasSize(3)
          .allMatch(line -> line.contains(", started, n"));
    }
  }

  private String etcdctl(MemberSpec member, String... words) throws Exception {
    return interactive(member, "", words);
  }

  private String interactive(MemberSpec member, String input, String... words) throws Exception {
    Finished finished = run(member.endpoint(), input, words);
    assertThat(finished.exitCode()).as("%s%s", finished, cluster.logs()).isZero();
    return finished.out();
  }

  private static Finished run(String endpoints, String input, String... words) throws Exception {
    return Finished.run(command(endpoints, words), input, API, DEADLINE);
  }

  private static List<String> command(String endpoints, String... words) {
    List<String> command = new ArrayList<>(List.of("etcdctl", "--endpoints=" + endpoints));
    command.addAll(List.of(words));
    return command;
  }

  /** Watches until as much has come as is expected, for etcdctl itself watches on for ever. */
  private static String watch(MemberSpec member, String key, String revision, String expected)
      throws Exception {
    Process process = spawn(member, "watch", "--rev=" + revision, key);
    try {
      return firstBytes(process, expected.length() + 1);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static Process spawn(MemberSpec member, String... words) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command(member.endpoint(), words));
    builder.environment().putAll(API);
    return builder.redirectErrorStream(true).start();
  }

  /** What it says first, for as long as it runs on. */
  private static String firstBytes(Process process, int bytes) throws Exception {
    return CompletableFuture.supplyAsync(() -> read(process, bytes))
        .get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
  }

  private static String read(Process process, int bytes) {
    try {
      return new String(process.getInputStream().readNBytes(bytes), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
