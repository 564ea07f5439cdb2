package io.balsa.kv.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One connection without a network: what goes in, and what comes out. */
final class HttpConnectionTest {
  private static final int BODY_BYTES_MAX = 10;

  private final List<HttpExchange> exchanges = new ArrayList<>();
  private final HttpRoutes routes =
      new HttpRoutes()
          .api(exchanges::add)
          .get(
              "/hello", exchange -> exchange.answer(HttpAnswer.text(HttpResponseStatus.OK, "hi\n")))
          .get(
              "/broken",
              exchange -> {
                throw new IllegalStateException("broken on purpose");
              });
  private final EmbeddedChannel channel = new EmbeddedChannel();

  HttpConnectionTest() {
    HttpConnection.addTo(channel.pipeline(), routes, BODY_BYTES_MAX);
  }

  @Test
  void pagesAreFoundByTheirPathAndOnlyRead() {
    assertThat(say("GET /hello?x=y HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 200 OK")
        .endsWith("hi\n");
    assertThat(say("GET /nothing HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 404 ")
        .endsWith("404 page not found\n");
    assertThat(say("POST /hello HTTP/1.1\r\ncontent-length: 0\r\n\r\n"))
        .startsWith("HTTP/1.1 405 ")
        .contains("allow: GET");
  }

  @Test
  void whatAHandlerThrowsIsAnInternalErrorAndTheConnectionGoesOn() {
    assertThat(say("GET /broken HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 500 ")
        .doesNotContain("on purpose");
    assertThat(say("GET /hello HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 200 OK");
  }

  @Test
  void aPathThatCanNotBeDecodedIsABadRequest() {
    assertThat(say("GET /%zz HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aBodyMayBeAsLargeAsTheLimit() {
    for (int bytes : new int[] {0, BODY_BYTES_MAX - 1, BODY_BYTES_MAX}) {
      say(post(bytes));
      HttpExchange exchange = exchanges.remove(0);
      assertThat(exchange.body()).hasSize(bytes);
      exchange.answer(HttpAnswer.text(HttpResponseStatus.OK, ""));
      assertThat(heard()).startsWith("HTTP/1.1 200 OK");
    }
  }

  @Test
  void aLargerBodyIsRefusedWhenItIsReadAndTheNextRequestIsAnswered() {
    assertThat(say(post(BODY_BYTES_MAX + 1))).startsWith("HTTP/1.1 413 ");
    assertThat(exchanges).isEmpty();
    assertThat(say("GET /hello HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 200 OK");
  }

  @Test
  void aLargerBodyInChunksIsRefusedToo() {
    assertThat(
            say(
                "POST /v3/x HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n"
                    + "8\r\n12345678\r\n3\r\n123\r\n0\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ");
    assertThat(exchanges).isEmpty();
  }

  @Test
  void whoAsksBeforeSendingABodyIsToldToGoOnOrNotTo() {
    String expect = "POST /v3/x HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: ";
    assertThat(say(expect + "3\r\n\r\n")).startsWith("HTTP/1.1 100 ");
    say("abc");
    assertThat(exchanges.get(0).body()).hasSize(3);
    exchanges.get(0).answer(HttpAnswer.text(HttpResponseStatus.OK, ""));
    assertThat(heard()).startsWith("HTTP/1.1 200 ");
    assertThat(say(expect + "11\r\n\r\n")).startsWith("HTTP/1.1 413 ");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void requestsThatComeTogetherAreAnsweredOneAfterTheOther() {
    say(post(1) + post(2) + "GET /hello HTTP/1.1\r\n\r\n");
    assertThat(exchanges).hasSize(1);
    assertThat(channel.config().isAutoRead()).as("no more is read meanwhile").isFalse();
    exchanges.get(0).answer(HttpAnswer.text(HttpResponseStatus.OK, "first"));
    assertThat(heard()).endsWith("first");
    assertThat(exchanges).hasSize(2);
    exchanges.get(1).answer(HttpAnswer.text(HttpResponseStatus.OK, "second"));
    assertThat(heard()).containsSubsequence("second", "hi\n");
    assertThat(channel.config().isAutoRead()).isTrue();
  }

  @Test
  void thousandsOfRequestsAtOnceAreAnsweredOnOneStack() {
    String answers = say("GET /hello HTTP/1.1\r\n\r\n".repeat(20_000));
    assertThat(answers.split("hi\n", -1)).hasSize(20_001);
  }

  @Test
  void aClientThatGoesAwayIsNoticedWhileItsStreamIsSilent() {
    say(post(1));
    exchanges.get(0).beginStream(HttpResponseStatus.OK, HttpAnswer.JSON);
    assertThat(channel.config().isAutoRead()).as("only reading shows it").isTrue();
    assertThat(exchanges.get(0).clientGone()).isNotDone();
    clientGoes();
    assertThat(exchanges.get(0).clientGone()).isCompleted();
    assertThat(exchanges.get(0).write(Unpooled.EMPTY_BUFFER)).isCompletedExceptionally();
  }

  @Test
  void aStreamIsChunkedForNewClientsAndEndsWithTheConnectionForOldOnes() {
    say(post(1));
    stream(exchanges.get(0));
    assertThat(heard())
        .contains("transfer-encoding: chunked")
        .endsWith("\r\n\r\n5\r\npiece\r\n0\r\n\r\n");
    assertThat(channel.isOpen()).isTrue();
    say("POST /v3/x HTTP/1.0\r\ncontent-length: 0\r\n\r\n");
    stream(exchanges.get(1));
    assertThat(heard()).doesNotContain("chunked").endsWith("\r\n\r\npiece");
    assertThat(channel.isOpen()).isFalse();
  }

  private static void stream(HttpExchange exchange) {
    exchange.beginStream(HttpResponseStatus.OK, HttpAnswer.JSON);
    assertThat(exchange.write(Unpooled.copiedBuffer("piece", StandardCharsets.UTF_8)))
        .isCompleted();
    exchange.endStream();
  }

  @Test
  void aServerThatStopsWaitsForTheAnswerUnderWay() {
    say(post(1));
    Future<Void> closed = channel.close();
    assertThat(channel.isOpen()).isTrue();
    exchanges.get(0).answer(HttpAnswer.text(HttpResponseStatus.OK, "the end"));
    assertThat(heard()).endsWith("the end");
    assertThat(channel.isOpen()).isFalse();
    assertThat(closed.isSuccess()).isTrue();
  }

  @Test
  void aServerThatStopsClosesAConnectionOnWhichNothingIsAnswered() {
    say(post(5).substring(0, 40));
    assertThat(channel.close().isSuccess()).isTrue();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void whatGrpcWritesClosesAtOnce() {
    say(post(1));
    assertThat(channel.writeAndFlush("close at once").isSuccess()).isTrue();
    assertThat(channel.isOpen()).isFalse();
    assertThat(exchanges.get(0).clientGone()).isCompleted();
  }

  private static String post(int bytes) {
    return "POST /v3/x HTTP/1.1\r\ncontent-length: %d\r\n\r\n%s"
        .formatted(bytes, "x".repeat(bytes));
  }

  /** The connection ends from below. */
  private void clientGoes() {
    assertThat(channel.pipeline().firstContext().close().isSuccess()).isTrue();
  }

  private String say(String request) {
    channel.writeInbound(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
    return heard();
  }

  private String heard() {
    channel.runPendingTasks();
    StringBuilder heard = new StringBuilder();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      heard.append(out.toString(StandardCharsets.UTF_8));
      out.release();
    }
    return heard.toString();
  }
}
