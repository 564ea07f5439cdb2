package io.balsa.kv.server;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** What every test of jetcd says. */
final class Jetcd {
  private Jetcd() {}

  /** A client that knows all members. */
  static Client anywhere(TestCluster cluster) {
    String[] urls = new String[cluster.size()];
    for (int i = 0; i < urls.length; i++) {
      urls[i] = cluster.clientUrl(i);
    }
    return Client.builder().endpoints(urls).build();
  }

  static <T> T done(Future<T> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }
}
