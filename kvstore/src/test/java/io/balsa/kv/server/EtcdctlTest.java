package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** etcd's own client, unchanged, against each of three members. Skipped where it isn't installed. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EtcdctlTest {
  private TestCluster cluster;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    assumeTrue(isInstalled(), "skipped: there is no etcdctl on the PATH");
    cluster = TestCluster.start(dir, 3);
  }

  @AfterAll
  void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void putsGetsAndDeletes(int member) throws Exception {
    String prefix = "ctl/" + member + "/";
    assertThat(etcdctl(member, "put", prefix + "a", "1")).isEqualTo("OK\n");
    assertThat(etcdctl(member, "put", prefix + "b", "2")).isEqualTo("OK\n");
    assertThat(etcdctl(member, "get", "--prefix", prefix))
        .isEqualTo(prefix + "a\n1\n" + prefix + "b\n2\n");
    assertThat(etcdctl(member, "get", "--consistency=s", prefix + "b", "--print-value-only"))
        .isEqualTo("2\n");
    assertThat(etcdctl(member, "del", "--prefix", prefix)).isEqualTo("2\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void transactsInteractively(int member) throws Exception {
    String key = "ctl/txn/" + member;
    String input = "create(\"" + key + "\") = \"0\"\n\nput " + key + " mine\n\nget " + key + "\n\n";
    assertThat(etcdctlWithInput(member, input, "txn", "-i")).contains("SUCCESS").contains("OK");
    assertThat(etcdctlWithInput(member, input, "txn", "-i")).contains("FAILURE").contains("mine");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void watchesHistory(int member) throws Exception {
    String key = "ctl/watch/" + member;
    etcdctl(member, "put", key, "one");
    etcdctl(member, "put", key, "two");
    String revision =
        etcdctl(member, "get", key, "-w", "fields")
            .lines()
            .filter(line -> line.startsWith("\"CreateRevision\""))
            .findFirst()
            .orElseThrow()
            .replaceAll("\\D", "");
    String expected = "PUT\n" + key + "\none\nPUT\n" + key + "\ntwo\n";
    Process watch = spawn(member, "watch", "--rev=" + revision, key);
    try {
      byte[] seen = watch.getInputStream().readNBytes(expected.length());
      assertThat(new String(seen, StandardCharsets.UTF_8)).isEqualTo(expected);
    } finally {
      watch.destroyForcibly();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void grantsKeepsAndRevokesLeases(int member) throws Exception {
    String granted = etcdctl(member, "lease", "grant", "60");
    assertThat(granted).matches("lease [0-9a-f]{16} granted with TTL\\(60s\\)\\n");
    String lease = granted.split(" ")[1];
    String key = "ctl/lease/" + member;
    etcdctl(member, "put", "--lease=" + lease, key, "v");
    assertThat(etcdctl(member, "lease", "keep-alive", "--once", lease))
        .isEqualTo("lease " + lease + " keepalived with TTL(60)\n");
    assertThat(etcdctl(member, "lease", "timetolive", lease, "--keys")).contains(key);
    assertThat(etcdctl(member, "lease", "list")).contains(lease);
    assertThat(etcdctl(member, "lease", "revoke", lease))
        .isEqualTo("lease " + lease + " revoked\n");
    assertThat(etcdctl(member, "get", key)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void showsEndpointsAndMembers(int member) throws Exception {
    assertThat(etcdctl(member, "endpoint", "status", "-w", "table"))
        .contains("IS LEADER", "3.6.", "127.0.0.1:" + cluster.clientPort(member));
    assertThat(etcdctl(member, "endpoint", "health")).contains("is healthy");
    assertThat(etcdctl(member, "endpoint", "health", "--cluster").lines()).hasSize(3);
    assertThat(etcdctl(member, "member", "list"))
        .contains("started, m0", "started, m1", "started, m2", cluster.clientUrl(member));
  }

  private String etcdctl(int member, String... args) throws Exception {
    return etcdctlWithInput(member, "", args);
  }

  private String etcdctlWithInput(int member, String input, String... args) throws Exception {
    Process process = spawn(member, args);
    process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s said: %s", Arrays.toString(args), output).isZero();
    return output;
  }

  private Process spawn(int member, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add("etcdctl");
    command.add("--endpoints=127.0.0.1:" + cluster.clientPort(member));
    command.addAll(Arrays.asList(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("ETCDCTL_API", "3");
    return builder.start();
  }

  private static boolean isInstalled() {
    return Optional.ofNullable(System.getenv("PATH")).stream()
        .flatMap(path -> Arrays.stream(path.split(":")))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "etcdctl")));
  }
}
