package io.balsa.examples.chaos.model;

import java.util.Optional;

/** What one step of a request came to. */
public sealed interface KvResult {
  record Done() implements KvResult {}

  record Deleted(long count) implements KvResult {}

  record Got(Optional<Version> found) implements KvResult {}
}
