package io.balsa.kv.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.AlarmType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class HealthPagesTest {
  private final ScriptedMember member = new ScriptedMember();
  private final EmbeddedChannel channel = new EmbeddedChannel();

  /** A member that is as well as a test says. */
  private static final class ScriptedMember implements MemberView {
    private List<AlarmType> alarms = List.of();
    private boolean hasLeader = true;
    private boolean isLearner;
    private boolean reads = true;
    private boolean readsLinearizably = true;

    @Override
    public Collection<AlarmType> alarms() {
      return alarms;
    }

    @Override
    public boolean hasLeader() {
      return hasLeader;
    }

    @Override
    public boolean isLearner() {
      return isLearner;
    }

    @Override
    public CompletableFuture<Void> read(boolean serializable) {
      return reads && (serializable || readsLinearizably)
          ? CompletableFuture.completedFuture(null)
          : CompletableFuture.failedFuture(KvError.TIMEOUT.exception());
    }
  }

  @BeforeEach
  void serve() {
    HttpRoutes routes =
        new HttpRoutes().get("/health", new HealthPage(member)).get("/version", new VersionPage());
    ProbePages.addTo(routes, member);
    HttpConnection.addTo(channel.pipeline(), routes, 0);
  }

  @Test
  void aMemberThatReadsIsHealthy() {
    assertThat(get("/health")).isEqualTo("200 {\"health\":\"true\",\"reason\":\"\"}");
    assertThat(get("/version"))
        .isEqualTo(
            "200 {\"etcdserver\":\"3.6.0\",\"etcdcluster\":\"3.6.0\",\"storage\":\"3.6.0\"}");
  }

  @Test
  void withoutALeaderOnlySerializableHealthIsGood() {
    member.hasLeader = false;
    member.readsLinearizably = false;
    assertThat(get("/health"))
        .isEqualTo("503 {\"health\":\"false\",\"reason\":\"RAFT NO LEADER\"}");
    assertThat(get("/health?serializable=false")).startsWith("503 ");
    assertThat(get("/health?serializable=true")).startsWith("200 ");
  }

  @Test
  void aReadThatFailsIsToldWithItsReason() {
    member.reads = false;
    assertThat(get("/health"))
        .isEqualTo(
            "503 {\"health\":\"false\",\"reason\":\"RANGE ERROR:etcdserver: request timed out\"}");
    assertThat(get("/health?serializable=true")).startsWith("503 ");
  }

  @Test
  void anAlarmThatIsNotExcludedIsUnhealthy() {
    member.alarms = List.of(AlarmType.NOSPACE);
    assertThat(get("/health")).isEqualTo("503 {\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}");
    assertThat(get("/health?exclude=CORRUPT")).startsWith("503 ");
    assertThat(get("/health?exclude=NOSPACE")).startsWith("200 ");
    member.alarms = List.of(AlarmType.NOSPACE, AlarmType.CORRUPT);
    assertThat(get("/health?exclude=NOSPACE")).contains("ALARM CORRUPT");
    assertThat(get("/health?exclude=NOSPACE&exclude=CORRUPT")).startsWith("200 ");
  }

  @Test
  void probesSayOkAndWithVerboseWhatTheyChecked() {
    assertThat(get("/livez")).isEqualTo("200 ok\n");
    assertThat(get("/livez?verbose")).isEqualTo("200 [+]serializable_read ok\nok\n");
    assertThat(get("/readyz")).isEqualTo("200 ok\n");
    assertThat(get("/readyz?verbose"))
        .isEqualTo(
            """
            200 [+]data_corruption ok
            [+]serializable_read ok
            [+]linearizable_read ok
            [+]non_learner ok
            ok
            """);
    assertThat(get("/readyz?verbose&exclude=linearizable_read&exclude=non_learner&exclude=other"))
        .isEqualTo("200 [+]data_corruption ok\n[+]serializable_read ok\nok\n");
  }

  @Test
  void aMemberWithoutAMajorityIsLiveButNotReady() {
    member.readsLinearizably = false;
    assertThat(get("/livez")).isEqualTo("200 ok\n");
    assertThat(get("/readyz"))
        .isEqualTo(
            """
            503 [+]data_corruption ok
            [+]serializable_read ok
            [-]linearizable_read failed: range error: etcdserver: request timed out
            [+]non_learner ok
            """);
    assertThat(get("/readyz?exclude=linearizable_read")).isEqualTo("200 ok\n");
  }

  @Test
  void everyCheckHasAPageOfItsOwn() {
    member.isLearner = true;
    member.alarms = List.of(AlarmType.CORRUPT);
    assertThat(get("/livez/serializable_read")).isEqualTo("200 ok\n");
    assertThat(get("/readyz/serializable_read")).isEqualTo("200 ok\n");
    assertThat(get("/readyz/linearizable_read?verbose"))
        .isEqualTo("200 [+]linearizable_read ok\nok\n");
    assertThat(get("/readyz/data_corruption"))
        .isEqualTo("503 [-]data_corruption failed: alarm activated: CORRUPT\n");
    assertThat(get("/readyz/non_learner"))
        .isEqualTo("503 [-]non_learner failed: etcdserver: rpc not supported for learner\n");
    assertThat(get("/livez/linearizable_read")).startsWith("404 ");
  }

  /** The status and the body. */
  private String get(String path) {
    channel.writeInbound(
        Unpooled.copiedBuffer("GET " + path + " HTTP/1.1\r\n\r\n", StandardCharsets.US_ASCII));
    channel.runPendingTasks();
    StringBuilder heard = new StringBuilder();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      heard.append(out.toString(StandardCharsets.UTF_8));
      out.release();
    }
    String status = heard.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length());
    return status + " " + heard.substring(heard.indexOf("\r\n\r\n") + 4);
  }
}
