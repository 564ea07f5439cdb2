package io.balsa.kv.http;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import java.util.TreeMap;

/** Which path is answered by whom. Immutable once it serves. */
public final class HttpRoutes implements HttpHandler {
  private static final String OLD_API = "/v3beta/";
  private static final String API = "/v3/";

  private final Map<String, HttpHandler> pages = new TreeMap<>();
  private HttpHandler api = HttpRoutes::notFound;

  /** A page that can only be read. */
  public HttpRoutes get(String path, HttpHandler handler) {
    pages.put(path, handler);
    return this;
  }

  /** Everything below {@code /v3/}, whatever the method; the path comes with the exchange. */
  public HttpRoutes api(HttpHandler handler) {
    api = handler;
    return this;
  }

  @Override
  public void handle(HttpExchange exchange) {
    String path = exchange.path();
    if (path.startsWith(API) || path.startsWith(OLD_API)) {
      api.handle(exchange);
      return;
    }
    HttpHandler page = pages.get(path);
    if (page == null) {
      notFound(exchange);
    } else if (!HttpMethod.GET.equals(exchange.method())) {
      exchange.answer(
          HttpAnswer.text(HttpResponseStatus.METHOD_NOT_ALLOWED, "Method Not Allowed\n"));
    } else {
      page.handle(exchange);
    }
  }

  private static void notFound(HttpExchange exchange) {
    exchange.answer(HttpAnswer.text(HttpResponseStatus.NOT_FOUND, "404 page not found\n"));
  }
}
