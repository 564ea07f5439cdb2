package io.balsa.examples.bench.raft.trial;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Three nodes of one library in this JVM, which replicate a state machine that does nothing. Thread-safe. */
interface Trio extends AutoCloseable {

  /** Finds who leads now, and waits for it if nobody does: on a busy machine leaders change. Called before every round. */
  void findLeader();

  /**
   * Proposes at the leader that was found last.
   *
   * @param done called once, on any thread, when the leader has applied the command (null), or with why it didn't
   */
  void propose(byte[] command, BiConsumer<@Nullable Object, @Nullable Throwable> done);

  /** Flushes that {@link ForceEvents} doesn't see, because they aren't Java's: of all nodes since their start. */
  default long nativeFlushes() {
    return 0;
  }

  @Override
  void close() throws Exception;
}
