package io.balsa.raft.driver;

/** Where a thread reports what must not be survived: a failed store, a broken invariant, user code that threw. */
@FunctionalInterface
interface FailStop {

  /** Stops the whole host at once: no vote, acknowledgement or message leaves after this returns. Any thread. */
  void fail(String what, Throwable cause);
}
