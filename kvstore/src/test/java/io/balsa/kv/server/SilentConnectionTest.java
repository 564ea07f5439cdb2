package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.http.HttpAnswer;
import io.balsa.kv.http.HttpConnection;
import io.balsa.kv.http.HttpRoutes;
import io.balsa.kv.http.VersionPage;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that begin and then say nothing more. The clock is the test's. */
final class SilentConnectionTest {
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final String GET = "GET /version HTTP/1.1\r\nHost: h\r\n\r\n";

  private final HttpRoutes routes =
      new HttpRoutes()
          .get("/version", new VersionPage())
          .api(exchange -> exchange.beginStream(HttpResponseStatus.OK, HttpAnswer.JSON));
  private final ChannelInboundHandlerAdapter grpc = new ChannelInboundHandlerAdapter();
  private final EmbeddedChannel connection = connection();

  private EmbeddedChannel connection() {
    EmbeddedChannel made = new EmbeddedChannel();
    made.freezeTime();
    made.pipeline()
        .addLast(new PrefaceSniffer(grpc, pipeline -> HttpConnection.addTo(pipeline, routes, 0)));
    return made;
  }

  private void say(String text) {
    connection.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
  }

  private void seconds(long passed) {
    connection.advanceTimeBy(passed, TimeUnit.SECONDS);
    connection.runPendingTasks();
    connection.runScheduledPendingTasks();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "PRI ", "PRI * HTTP/2.0\r\n\r\nSM\r\n", "GET /heal", GET})
  void whoSaysNothingMoreIsSentAway(String said) {
    say(said);
    seconds(50);
    assertThat(connection.isOpen()).isTrue();
    seconds(11);
    assertThat(connection.isOpen()).isFalse();
  }

  @Test
  void whoAsksNowAndThenMayStay() {
    for (int i = 0; i < 5; i++) {
      say(GET);
      seconds(50);
      assertThat(connection.isOpen()).isTrue();
    }
    connection.finishAndReleaseAll();
  }

  @Test
  void whoWaitsForTheNextEventOfAStreamMayStay() {
    say("POST /v3/watch HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
    seconds(600);
    assertThat(connection.isOpen()).isTrue();
    connection.finishAndReleaseAll();
  }

  @Test
  void whoSpeaksHttp2IsGrpcsFromTheWholePrefaceOn() {
    say(PREFACE.substring(0, 10));
    assertThat(connection.pipeline().context(grpc)).isNull();
    say(PREFACE.substring(10));
    assertThat(connection.pipeline().context(grpc)).isNotNull();
    seconds(600);
    assertThat(connection.isOpen()).isTrue();
    connection.finishAndReleaseAll();
  }
}
