package io.balsa.examples.process;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks members how they are, by {@code GET /health}. Thread-safe. */
public final class Health {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private Health() {}

  /** Whether the member says that it, and with it the cluster, can serve. */
  public static boolean isHealthy(MemberSpec member) {
    try {
      var connection =
          (HttpURLConnection) URI.create(member.clientUrl() + "/health").toURL().openConnection();
      connection.setConnectTimeout((int) TIMEOUT.toMillis());
      connection.setReadTimeout((int) TIMEOUT.toMillis());
      try {
        if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
          return false;
        }
        byte[] body = connection.getInputStream().readNBytes(1024);
        return new String(body, StandardCharsets.UTF_8).contains("\"true\"");
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      return false; // Nobody there, or not yet: that isn't healthy either.
    }
  }
}
