package io.balsa.kv.differential;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.proto.RangeResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Answers that are the same but for the order of keys that a sort left open. Stateless; any thread. */
final class Ties {
  /** Go sorts so many by insertion, which keeps the order of those that are equal. */
  private static final int KEPT_IN_ORDER = 12;

  private Ties() {}

  /** Whether two answers, or what is nested in them, differ only in the order of the keys of long ranges. */
  static boolean explain(Message etcd, Message balsa) {
    if (etcd.equals(balsa)) {
      return true;
    }
    if (etcd instanceof RangeResponse etcds && balsa instanceof RangeResponse balsas) {
      return sameKeysInAnotherOrder(etcds, balsas);
    }
    Map<FieldDescriptor, Object> etcds = etcd.getAllFields();
    Map<FieldDescriptor, Object> balsas = balsa.getAllFields();
    return etcds.keySet().equals(balsas.keySet())
        && etcds.entrySet().stream()
            .allMatch(
                field ->
                    explainField(
                        field.getValue(), Objects.requireNonNull(balsas.get(field.getKey()))));
  }

  private static boolean explainField(Object etcd, Object balsa) {
    if (etcd instanceof Message etcds && balsa instanceof Message balsas) {
      return explain(etcds, balsas);
    }
    if (etcd instanceof List<?> etcds && balsa instanceof List<?> balsas) {
      for (int i = 0; i < etcds.size() && i < balsas.size(); i++) {
        if (!explainField(etcds.get(i), balsas.get(i))) {
          return false;
        }
      }
      return etcds.size() == balsas.size();
    }
    return etcd.equals(balsa);
  }

  /** The same keys; if a limit cut them, as many, for then chance decides which of the last are left. */
  private static boolean sameKeysInAnotherOrder(RangeResponse etcd, RangeResponse balsa) {
    boolean sameFrame =
        etcd.toBuilder().clearKvs().build().equals(balsa.toBuilder().clearKvs().build());
    if (!sameFrame
        || etcd.getCount() <= KEPT_IN_ORDER
        || etcd.getKvsCount() != balsa.getKvsCount()) {
      return false;
    }
    return etcd.getMore()
        || new HashSet<KeyValue>(etcd.getKvsList())
            .equals(new HashSet<KeyValue>(balsa.getKvsList()));
  }
}
