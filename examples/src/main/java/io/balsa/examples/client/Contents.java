package io.balsa.examples.client;

import io.balsa.kv.proto.KeyValue;
import java.util.List;

/**
 * Everything that a member had at one revision. Immutable.
 *
 * @param kvs in the order of their keys
 */
public record Contents(long revision, List<KeyValue> kvs) {
  public Contents {
    kvs = List.copyOf(kvs);
  }
}
