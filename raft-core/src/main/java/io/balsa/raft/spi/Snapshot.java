package io.balsa.raft.spi;

import java.io.DataOutputStream;
import java.io.IOException;

/**
 * A state that was captured and waits to be written. Written by another thread while the state machine goes on; may be
 * written more than once; closed when nobody needs it any more.
 */
@FunctionalInterface
public interface Snapshot extends AutoCloseable {
  void writeTo(DataOutputStream sink) throws IOException;

  /** Releases what the capture holds, such as a checkpoint directory. */
  @Override
  default void close() {}
}
