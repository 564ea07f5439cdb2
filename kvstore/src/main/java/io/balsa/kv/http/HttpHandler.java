package io.balsa.kv.http;

/** Answers requests. Called on event loops, for many connections at once: it mustn't block. */
@FunctionalInterface
public interface HttpHandler {

  /** Answers, now or later, on any thread. What it throws is answered as an internal error. */
  void handle(HttpExchange exchange);
}
