package io.balsa.examples.chaos.model;

/** One step of a request. */
public sealed interface KvOp {
  String key();

  /**
   * @param value no two puts of a run have the same
   * @param lease to bind the key to, or 0
   */
  record Put(String key, String value, long lease) implements KvOp {}

  record Delete(String key) implements KvOp {}

  record Get(String key) implements KvOp {}
}
