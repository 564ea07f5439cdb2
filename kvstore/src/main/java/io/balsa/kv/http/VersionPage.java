package io.balsa.kv.http;

import io.balsa.kv.etcd.ServerVersion;
import io.netty.handler.codec.http.HttpResponseStatus;

/** {@code /version}: whose API this is. */
public final class VersionPage implements HttpHandler {

  @Override
  public void handle(HttpExchange exchange) {
    exchange.answer(
        HttpAnswer.json(
            HttpResponseStatus.OK,
            "{\"etcdserver\":\"%s\",\"etcdcluster\":\"%s\",\"storage\":\"%s\"}"
                .formatted(ServerVersion.ETCD, ServerVersion.CLUSTER, ServerVersion.STORAGE)));
  }
}
