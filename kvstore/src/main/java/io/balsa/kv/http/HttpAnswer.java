package io.balsa.kv.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;

/** An answer that is all there. Whoever sends it releases the body. */
public record HttpAnswer(HttpResponseStatus status, String contentType, ByteBuf body) {
  public static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  public static HttpAnswer json(HttpResponseStatus status, String body) {
    return new HttpAnswer(status, JSON, Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
  }

  public static HttpAnswer text(HttpResponseStatus status, String body) {
    return new HttpAnswer(status, TEXT, Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
  }
}
