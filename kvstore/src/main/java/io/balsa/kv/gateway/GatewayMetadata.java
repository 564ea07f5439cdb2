package io.balsa.kv.gateway;

import io.grpc.Metadata;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** What of an HTTP request's headers the services get to see. Stateless; any thread. */
final class GatewayMetadata {
  private static final Metadata.Key<String> TOKEN = key("token");
  private static final String PREFIX = "grpc-metadata-";
  private static final String BEARER = "Bearer ";
  private static final Pattern FORWARDED = Pattern.compile(PREFIX + "[0-9a-z_.-]+(?<!-bin)");

  private GatewayMetadata() {}

  /** What the client put behind {@code Grpc-Metadata-}, and its authorization as the token. */
  static Metadata of(HttpHeaders headers) {
    Metadata metadata = new Metadata();
    for (Map.Entry<String, String> header : headers) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (FORWARDED.matcher(name).matches()) {
        metadata.put(key(name.substring(PREFIX.length())), header.getValue());
      }
    }
    String authorization = headers.get(HttpHeaderNames.AUTHORIZATION);
    if (authorization != null) {
      metadata.discardAll(TOKEN);
      metadata.put(
          TOKEN,
          authorization.startsWith(BEARER)
              ? authorization.substring(BEARER.length())
              : authorization);
    }
    return metadata;
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
