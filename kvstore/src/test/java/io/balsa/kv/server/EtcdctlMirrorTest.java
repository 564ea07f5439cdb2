package io.balsa.kv.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.balsa.kv.server.CtlScript.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code etcdctl make-mirror} from us to us, and from etcd to us and back: as from etcd to etcd. See {@link EtcdctlTest}. */
@Timeout(180)
final class EtcdctlMirrorTest {
  private static final Path SCRIPT = Path.of("src/test/resources/etcdctl-mirror/mirror.txt");

  @TempDir private Path dir;
  private final List<Step> steps = EtcdctlTest.read(SCRIPT);
  private final List<AutoCloseable> clusters = new ArrayList<>();

  @BeforeEach
  void needsEtcdctl() {
    assumeTrue(EtcdCluster.isOnPath("etcdctl"), EtcdctlTest.NO_ETCDCTL);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable cluster : clusters) {
      cluster.close();
    }
  }

  @Test
  void fromUsToUs() throws Exception {
    List<List<String>> seen = mirror("within-us", ours("from"), ours("to"));
    EtcdctlTest.compare(SCRIPT, steps, steps.stream().map(Step::etcds).toList(), seen);
  }

  @Test
  void toEtcdAndBack() throws Exception {
    assumeTrue(EtcdCluster.isOnPath("etcd"), EtcdctlTest.NO_ETCD);
    String etcd = etcd("from");
    String otherEtcd = etcd("to");
    String us = ours("us");
    List<List<String>> within = mirror("within-etcd", etcd, otherEtcd);
    EtcdctlTest.compare(SCRIPT, steps, within, mirror("to-us", etcd, us));
    EtcdctlTest.compare(SCRIPT, steps, within, mirror("to-etcd", us, etcd));
  }

  private String ours(String name) throws Exception {
    TestCluster cluster = TestCluster.start(dir.resolve("ours-" + name), 1);
    clusters.add(cluster);
    return "127.0.0.1:" + cluster.clientPort(0);
  }

  private String etcd(String name) throws Exception {
    EtcdCluster cluster = EtcdCluster.start(dir.resolve("etcd-" + name), 1, List.of());
    clusters.add(cluster);
    return cluster.endpoint(0);
  }

  /** The prefix keeps what this mirror does apart from what others do at the same members. */
  private List<List<String>> mirror(String prefix, String from, String to) throws Exception {
    Path place = Files.createDirectories(dir.resolve("ctl-" + prefix));
    try (CtlSide side = new CtlSide(place, 1, from)) {
      side.learn("prefix", prefix);
      side.learn("dest", to);
      return EtcdctlTest.ask(side, steps);
    }
  }
}
