package io.balsa.kv.server;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was opened, to be closed in the opposite order; each once, whatever the others throw. Used by one thread at a time. */
final class Teardown {
  private static final Logger log = LoggerFactory.getLogger(Teardown.class);

  private final Deque<Step> steps = new ArrayDeque<>();

  private record Step(String what, Runnable close) {}

  void add(String what, Runnable close) {
    steps.push(new Step(what, close));
  }

  void run() {
    while (!steps.isEmpty()) {
      Step step = steps.pop();
      try {
        step.close().run();
      } catch (RuntimeException e) {
        log.warn("closing {} failed", step.what(), e);
      }
    }
  }
}
