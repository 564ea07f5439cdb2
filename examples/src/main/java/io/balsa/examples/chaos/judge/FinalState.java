package io.balsa.examples.chaos.judge;

import io.balsa.examples.chaos.model.Version;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a member holds by itself when all is quiet. Immutable.
 *
 * @param hash of its history through the revision, by HashKV
 */
public record FinalState(String member, long revision, long hash, Map<String, Version> keys) {
  public FinalState {
    keys = new TreeMap<>(keys);
  }
}
