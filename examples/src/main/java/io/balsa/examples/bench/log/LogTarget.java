package io.balsa.examples.bench.log;

import java.nio.file.Path;

/** Something that batches of entries are made durable in. One thread. */
interface LogTarget extends AutoCloseable {
  /** Appends the batch's entries and returns once they are durable. */
  void append(Batch batch);

  @Override
  void close();

  /** Opens a new one in an empty directory. */
  @FunctionalInterface
  interface Opener {
    LogTarget open(Path directory);
  }
}
