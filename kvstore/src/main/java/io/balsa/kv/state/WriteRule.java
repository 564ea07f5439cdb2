package io.balsa.kv.state;

import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.PutRequest;

/**
 * Whether a put or a delete may go ahead, judged on the state before the command. The server refuses most of these before
 * they reach the log; here they are refused again, the same on every member, whoever proposed them. Changes nothing.
 */
final class WriteRule {
  private WriteRule() {}

  /**
   * A put that is a command of its own: whether its lease lives is asked before whether its key does.
   *
   * @throws io.balsa.kv.model.KvException for the first rule that the put breaks
   */
  static void check(PutRequest put, MvccReader before) {
    checkFields(put);
    requireLease(put, before);
    requireKeptKey(put, before);
  }

  /**
   * A put in a transaction: the key comes first, as in etcd.
   *
   * @throws io.balsa.kv.model.KvException for the first rule that the put breaks
   */
  static void checkInTxn(PutRequest put, MvccReader before) {
    checkFields(put);
    requireKeptKey(put, before);
    requireLease(put, before);
  }

  private static void checkFields(PutRequest put) {
    if (put.getKey().isEmpty()) {
      throw KvError.EMPTY_KEY.exception();
    }
    if (put.getIgnoreValue() && !put.getValue().isEmpty()) {
      throw KvError.VALUE_PROVIDED.exception();
    }
    if (put.getIgnoreLease() && put.getLease() != 0) {
      throw KvError.LEASE_PROVIDED.exception();
    }
  }

  private static void requireKeptKey(PutRequest put, MvccReader before) {
    boolean needsPrev = put.getIgnoreValue() || put.getIgnoreLease();
    if (needsPrev && before.latest(put.getKey()) == null) {
      throw KvError.KEY_NOT_FOUND.exception();
    }
  }

  private static void requireLease(PutRequest put, MvccReader before) {
    if (put.getLease() != 0 && !LeaseTable.exists(before.rows(), put.getLease())) {
      throw KvError.LEASE_NOT_FOUND.exception();
    }
  }

  /**
   * @throws io.balsa.kv.model.KvException if the range has no key
   */
  static void check(DeleteRangeRequest delete) {
    if (delete.getKey().isEmpty()) {
      throw KvError.EMPTY_KEY.exception();
    }
  }
}
