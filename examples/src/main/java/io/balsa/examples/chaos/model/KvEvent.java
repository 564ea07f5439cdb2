package io.balsa.examples.chaos.model;

import java.util.Optional;

/**
 * A change of a key, as a watch tells it. Immutable.
 *
 * @param revision at which it happened
 * @param put what the key is now; empty if it was deleted
 * @param previous what the key was before, if the watch asked for it and the key was anything
 */
public record KvEvent(
    long revision, String key, Optional<Version> put, Optional<Version> previous) {
  public boolean isDelete() {
    return put.isEmpty();
  }
}
