package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code etcdctl check} against three members of ours: it runs to its end and says what it measures. Whether the machine is
 * fast enough for a PASS isn't asked. Minutes: only with {@code -Detcdctl.check=true}.
 */
@Timeout(600)
@EnabledIfSystemProperty(named = "etcdctl.check", matches = "true")
final class EtcdctlCheckTest {
  private static final long MINUTES_MAX = 5;

  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(
      strings = {"perf --load=s", "perf --load=s --auto-compact --auto-defrag", "datascale"})
  void checks(String what) throws Exception {
    assumeTrue(EtcdCluster.isOnPath("etcdctl"), EtcdctlTest.NO_ETCDCTL);
    try (TestCluster cluster = TestCluster.start(dir, 3)) {
      String said = check(cluster, what);
      if (what.startsWith("perf")) {
        assertThat(said).contains("Throughput", "Slowest request took", "Stddev");
      } else {
        assertThat(said).contains("Approximate system memory used");
      }
      String left =
          CtlProcess.run(dir, endpoint(cluster), "get", "--prefix", "/etcdctl-check", "--keys-only")
              .out();
      assertThat(left).as("it deletes what it wrote").isEmpty();
    }
  }

  private static String endpoint(TestCluster cluster) {
    return "--endpoints=127.0.0.1:" + cluster.clientPort(0);
  }

  private static String check(TestCluster cluster, String what)
      throws IOException, InterruptedException {
    List<String> command =
        List.of("sh", "-c", "exec etcdctl " + endpoint(cluster) + " check " + what);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("ETCDCTL_API", "3");
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(MINUTES_MAX, TimeUnit.MINUTES)).as(said).isTrue();
      System.out.println(said);
      return said;
    } finally {
      process.destroyForcibly();
    }
  }
}
