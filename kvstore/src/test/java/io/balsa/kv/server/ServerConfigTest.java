package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ServerConfigTest {

  @Test
  void defaultsAreEtcds() {
    ServerConfig config = config();
    assertThat(config.name()).isEqualTo("default");
    assertThat(config.dataDir()).isEqualTo(Path.of("default.etcd"));
    assertThat(config.urls().listenClient()).containsExactly(URI.create("http://localhost:2379"));
    assertThat(config.urls().advertiseClient())
        .containsExactly(URI.create("http://localhost:2379"));
    assertThat(config.initialCluster().memberId("default")).hasToString("8e9e05c52164694d");
    assertThat(config.txnOpsMax()).isEqualTo(128);
    assertThat(config.clientPort().requestBytesMax()).isEqualTo(1_572_864);
    assertThat(config.raft().electionTimeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.raft().snapshotEveryEntries()).isEqualTo(10_000);
    assertThat(config.quotaBytes()).isEqualTo(2L << 30);
    assertThat(config.watchProgressInterval()).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void everySpellingOfAFlagIsUnderstood() {
    for (String spelling : List.of("--name n1", "--name=n1", "-name n1", "-name=n1")) {
      assertThat(config(spelling.split(" ")).name()).isEqualTo("n1");
    }
  }

  @Test
  void aFlagWinsOverItsVariable() {
    Map<String, String> environment =
        Map.of("ETCD_NAME", "env", "ETCD_MAX_TXN_OPS", "7", "PATH", "/bin", "ETCD_NOPE", "1");
    Flags flags = Flags.parse(List.of("--name", "flag"), new TreeMap<>(environment));
    ServerConfig config = ServerConfig.of(flags);
    assertThat(config.name()).isEqualTo("flag");
    assertThat(config.txnOpsMax()).isEqualTo(7);
    assertThat(flags.warnings()).anySatisfy(text -> assertThat(text).contains("ETCD_NOPE"));
  }

  @Test
  void anAddressThatOnlyThisHostCanReachIsWarnedOfWhenThereAreOtherHosts() {
    String own = "--initial-advertise-peer-urls=http://10.0.0.1:2380";
    String others =
        "--initial-cluster=default=http://10.0.0.1:2380,b=http://10.0.0.2:2380,c=http://10.0.0.3:2380";
    assertThat(config(own, others).warnings())
        .singleElement()
        .asString()
        .contains("--advertise-client-urls is [http://localhost:2379]");
    String reachable = "--advertise-client-urls=http://10.0.0.1:2379";
    String listening = "--listen-client-urls=http://0.0.0.0:2379";
    assertThat(config(own, others, reachable, listening).warnings()).isEmpty();
    assertThat(config().warnings()).isEmpty();
  }

  @Test
  void anOrderIsNotTakenFromTheEnvironment() {
    Flags flags = Flags.parse(List.of(), new TreeMap<>(Map.of("ETCD_VERSION", "3.6.0")));
    assertThat(flags.isOn("version")).isFalse();
  }

  @Test
  void anOlderSpellingMeansTheSame() {
    ServerConfig config = config("--experimental-watch-progress-notify-interval=5s");
    assertThat(config.watchProgressInterval()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void browsersMayComeFromWhereTheFlagsSay() {
    ServerConfig config =
        ServerConfig.of(
            Flags.parse(
                List.of("--cors=http://a, http://b", "--host-whitelist", "m1,"), new TreeMap<>()));
    assertThat(config.http().origins()).containsExactlyInAnyOrder("http://a", "http://b");
    assertThat(config.http().hosts()).containsExactly("m1");
    assertThat(config.http().gateway()).isTrue();
  }

  @Test
  void aFlagWithoutAnEffectIsAcceptedWithAWarning() {
    Flags flags =
        Flags.parse(
            List.of("--enable-pprof", "--socket-reuse-port=false", "--metrics", "basic"),
            new TreeMap<>());
    assertThat(flags.warnings())
        .hasSize(3)
        .allSatisfy(text -> assertThat(text).contains("no effect yet"));
  }

  @Test
  void threeMembersAgreeOnTheirIds() {
    String cluster = "a=http://127.0.0.1:1,b=http://127.0.0.1:2,c=http://127.0.0.1:3";
    ServerConfig a =
        config(
            "--name=a",
            "--initial-cluster=" + cluster,
            "--initial-advertise-peer-urls=http://127.0.0.1:1");
    ServerConfig b =
        config(
            "--name=b",
            "--initial-cluster=" + cluster,
            "--initial-advertise-peer-urls=http://127.0.0.1:2");
    assertThat(a.initialCluster().clusterId()).isEqualTo(b.initialCluster().clusterId());
    assertThat(a.initialCluster().memberIds()).doesNotHaveDuplicates().hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--nope | Unknown option: '--nope'",
        "--name | Missing required parameter",
        "stray | Unmatched argument",
        "--max-txn-ops=x | --max-txn-ops must be a number, not 'x'",
        "--max-txn-ops=0 | --max-txn-ops must be from 1 to",
        "--listen-client-urls=https://a:1 | asks for TLS",
        "--listen-client-urls=a:1 | http://host:port",
        "--listen-client-urls=http://a | http://host:port",
        "--listen-client-urls=http://0.0.0.0:1 | --advertise-client-urls is required",
        "--initial-cluster-state=old | is new or existing, not 'old'",
        "--initial-cluster=other=http://a:1 | doesn't name this member",
        "--initial-cluster=default=http://a:1 | --initial-advertise-peer-urls is",
        "--initial-cluster=nonsense | name=http://host:port",
        "--election-timeout=400 | 5 × heartbeatInterval",
        "--election-timeout=50001 | must be from 1 to 50000",
        "--config-file=x.yaml | --config-file isn't supported yet",
        "--discovery-token=t | --discovery-token isn't supported yet",
        "--force-new-cluster=perhaps | --force-new-cluster is true or false",
        "--listen-peer-urls=http://a:1,http://b:1 | only one URL",
        "--grpc-keepalive-timeout=5 | must be a duration",
      })
  void whatCanNotBeUnderstoodIsSaidInOneLine(String flag, String message) {
    assertThatThrownBy(() -> config(flag))
        .isInstanceOf(Flags.UsageException.class)
        .hasMessageContaining(message)
        .message()
        .hasLineCount(1);
  }

  @Test
  void theLogLevelIsKnownBeforeTheRest() {
    assertThat(ServerConfig.logLevel(Flags.parse(List.of("--log-level=FATAL"), new TreeMap<>())))
        .isEqualTo("error");
    assertThatThrownBy(
            () -> ServerConfig.logLevel(Flags.parse(List.of("--log-level=loud"), new TreeMap<>())))
        .isInstanceOf(Flags.UsageException.class)
        .hasMessage("--log-level is debug, info, warn or error, not 'loud'");
  }

  @Test
  void limitsHoldAtTheirEdges() {
    assertThat(config("--max-txn-ops=1").txnOpsMax()).isEqualTo(1);
    assertThat(config("--election-timeout=500").raft().electionTimeout())
        .isEqualTo(Duration.ofMillis(500));
    assertThat(config("--election-timeout=50000").raft().electionTimeout())
        .isEqualTo(Duration.ofSeconds(50));
    assertThat(config("--max-concurrent-streams=4294967295").clientPort().concurrentStreamsMax())
        .isEqualTo(Integer.MAX_VALUE);
    assertThat(config("--snapshot-catchup-entries=0").raft().keepEntries()).isZero();
  }

  @Test
  void durationsAreGos() {
    assertThat(GoDuration.parse("1h30m")).isEqualTo(Duration.ofMinutes(90));
    assertThat(GoDuration.parse("1.5s")).isEqualTo(Duration.ofMillis(1500));
    assertThat(GoDuration.parse("0")).isEqualTo(Duration.ZERO);
    for (String wrong : List.of("", "5", "-1s", "1x", "s", "1s ", "999999999h")) {
      assertThatThrownBy(() -> GoDuration.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void helpNamesEveryFlagThatHasAnEffect() {
    assertThat(FlagTable.help()).contains("--initial-cluster-token", "--election-timeout");
    assertThat(FlagTable.all()).hasSizeGreaterThan(140);
  }

  private static ServerConfig config(String... args) {
    return ServerConfig.of(Flags.parse(Arrays.asList(args), new TreeMap<>()));
  }
}
