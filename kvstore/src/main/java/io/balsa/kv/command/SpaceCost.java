package io.balsa.kv.command;

import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import java.util.List;

/**
 * How much a command may add to the store, by etcd's rule of thumb; 0 for one that adds nothing. What makes room (deletes,
 * compactions, revocations) costs nothing, so that a full store can be emptied. Stateless; any thread.
 */
public final class SpaceCost {
  private static final long PUT_BYTES = 256;
  private static final long LEASE_BYTES = 64;

  private SpaceCost() {}

  public static long of(KvCommandOrBuilder command) {
    return switch (command.getBodyCase()) {
      case PUT -> of(command.getPut());
      case TXN -> of(command.getTxn());
      case LEASE_GRANT -> LEASE_BYTES;
      default -> 0;
    };
  }

  private static long of(PutRequest put) {
    return PUT_BYTES + put.getKey().size() + put.getValue().size();
  }

  /** Which branch is taken isn't known yet: the dearer one counts. */
  private static long of(TxnRequest txn) {
    return Math.max(of(txn.getSuccessList()), of(txn.getFailureList()));
  }

  private static long of(List<RequestOp> branch) {
    long sum = 0;
    for (RequestOp op : branch) {
      if (op.hasRequestPut()) {
        sum += of(op.getRequestPut());
      } else if (op.hasRequestTxn()) {
        sum += of(op.getRequestTxn());
      }
    }
    return sum;
  }
}
