package io.balsa.kv.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class BrowserGuardTest {
  private static final Set<String> ANY = Set.of("*");

  @Test
  void anyoneMayComeByDefault() {
    String answer = say(ANY, ANY, "GET / HTTP/1.1\r\nHost: a\r\nOrigin: http://page\r\n\r\n");
    assertThat(answer)
        .startsWith("HTTP/1.1 200 OK")
        .contains("access-control-allow-origin: *\r\n")
        .endsWith("served");
  }

  @Test
  void onlyAllowedOriginsAreNamedInTheAnswer() {
    Set<String> origins = Set.of("http://page");
    assertThat(say(origins, ANY, "GET / HTTP/1.1\r\nOrigin: http://page\r\n\r\n"))
        .contains("access-control-allow-origin: http://page\r\n");
    assertThat(say(origins, ANY, "GET / HTTP/1.1\r\nOrigin: http://other\r\n\r\n"))
        .doesNotContain("access-control")
        .endsWith("served");
    assertThat(say(origins, ANY, "GET / HTTP/1.1\r\n\r\n"))
        .doesNotContain("access-control")
        .endsWith("served");
  }

  @Test
  void aBrowserThatAsksFirstIsAnsweredHere() {
    assertThat(say(ANY, ANY, "OPTIONS /v3/kv/put HTTP/1.1\r\nOrigin: http://page\r\n\r\n"))
        .startsWith("HTTP/1.1 200 OK")
        .contains("access-control-allow-headers: accept, content-type, authorization\r\n")
        .doesNotContain("served");
  }

  @Test
  void aStreamSaysToWhomItMayBeShown() {
    EmbeddedChannel channel = new EmbeddedChannel();
    HttpConnection.addTo(
        channel.pipeline(),
        new BrowserGuard(
            ANY, ANY, exchange -> exchange.beginStream(HttpResponseStatus.OK, HttpAnswer.JSON)),
        0);
    assertThat(say(channel, "GET / HTTP/1.1\r\n\r\n")).contains("access-control-allow-origin: *");
  }

  @Test
  void aHostThatIsNotOnTheListIsMisdirected() {
    Set<String> hosts = Set.of("member", "::1");
    for (String host : new String[] {"member", "member:2379", "[::1]:2379"}) {
      assertThat(say(ANY, hosts, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"))
          .endsWith("served");
    }
    for (String host : new String[] {"attacker", "attacker:2379", "member.attacker", ""}) {
      assertThat(say(ANY, hosts, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"))
          .startsWith("HTTP/1.1 421 ");
    }
    assertThat(say(ANY, Set.of(), "GET / HTTP/1.1\r\nHost: attacker\r\n\r\n")).endsWith("served");
  }

  private static String say(Set<String> origins, Set<String> hosts, String request) {
    EmbeddedChannel channel = new EmbeddedChannel();
    HttpHandler served =
        exchange -> exchange.answer(HttpAnswer.text(HttpResponseStatus.OK, "served"));
    HttpConnection.addTo(channel.pipeline(), new BrowserGuard(origins, hosts, served), 0);
    return say(channel, request);
  }

  private static String say(EmbeddedChannel channel, String request) {
    channel.writeInbound(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
    StringBuilder heard = new StringBuilder();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      heard.append(out.toString(StandardCharsets.UTF_8));
      out.release();
    }
    return heard.toString();
  }
}
