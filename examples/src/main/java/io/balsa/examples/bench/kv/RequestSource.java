package io.balsa.examples.bench.kv;

import org.jspecify.annotations.Nullable;

/** What clients call next. Asked on the generator's thread. */
@FunctionalInterface
interface RequestSource {
  /** The next request, or null when there are no more. */
  @Nullable Request<?> next();
}
