package io.balsa.examples.chaos.model;

import java.util.List;
import java.util.stream.Stream;

/**
 * One call of a client, seen as a transaction; most have no condition and one step. Immutable.
 *
 * @param form the call that carries it
 */
public record KvRequest(Form form, List<Compare> compares, List<KvOp> then, List<KvOp> otherwise) {

  /** Which call of the API it is. */
  public enum Form {
    PUT,
    DELETE,
    GET,
    /** Read from what the member has by itself, however old. */
    SERIALIZABLE_GET,
    TXN
  }

  public KvRequest {
    compares = List.copyOf(compares);
    then = List.copyOf(then);
    otherwise = List.copyOf(otherwise);
  }

  public static KvRequest put(String key, String value) {
    return put(key, value, 0);
  }

  public static KvRequest put(String key, String value, long lease) {
    return single(Form.PUT, new KvOp.Put(key, value, lease));
  }

  public static KvRequest delete(String key) {
    return single(Form.DELETE, new KvOp.Delete(key));
  }

  public static KvRequest get(String key) {
    return single(Form.GET, new KvOp.Get(key));
  }

  public static KvRequest serializableGet(String key) {
    return single(Form.SERIALIZABLE_GET, new KvOp.Get(key));
  }

  public static KvRequest txn(List<Compare> compares, List<KvOp> then, List<KvOp> otherwise) {
    return new KvRequest(Form.TXN, compares, then, otherwise);
  }

  private static KvRequest single(Form form, KvOp op) {
    return new KvRequest(form, List.of(), List.of(op), List.of());
  }

  /** Whether the call can't change anything, whatever it finds. */
  public boolean isReadOnly() {
    return Stream.concat(then.stream(), otherwise.stream()).allMatch(KvOp.Get.class::isInstance);
  }

  public boolean isSerializable() {
    return form == Form.SERIALIZABLE_GET;
  }

  /** The steps of the branch that was taken. */
  public List<KvOp> branch(boolean succeeded) {
    return succeeded ? then : otherwise;
  }

  /** Every value that it may put. */
  public List<String> values() {
    return Stream.concat(then.stream(), otherwise.stream())
        .filter(KvOp.Put.class::isInstance)
        .map(op -> ((KvOp.Put) op).value())
        .toList();
  }
}
