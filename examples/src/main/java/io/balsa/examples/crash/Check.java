package io.balsa.examples.crash;

import com.google.protobuf.ByteString;
import io.balsa.examples.client.ClusterClient;
import io.balsa.examples.client.Contents;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.MemberSpec;
import io.balsa.kv.proto.KeyValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Holds what the members have against what the ledger knows. Stateless. */
final class Check {
  private static final int SHOWN_MAX = 10;

  private Check() {}

  /** What was found to be in order. */
  record Passed(int keys, long revision) {
    @Override
    public String toString() {
      return String.format("%,d keys on all members at revision %,d", keys, revision);
    }
  }

  /**
   * Reads everything from everywhere. No write may be under way.
   *
   * @throws ExampleException that names what is missing, wrong, or too much
   */
  static Passed run(List<MemberSpec> members, ClusterClient clients, WriteLedger ledger) {
    Contents agreed = clients.to(clients.awaitLeader()).contents(false);
    List<String> violations = violations(agreed, ledger);
    for (MemberSpec member : members) {
      Contents own = clients.awaitContents(member, agreed.revision());
      if (!own.equals(agreed)) {
        violations.add(member.name() + " differs: " + firstDifference(agreed, own));
      }
    }
    if (!violations.isEmpty()) {
      List<String> shown = violations.subList(0, Math.min(SHOWN_MAX, violations.size()));
      throw new ExampleException(
          violations.size() + " violations, first of them:\n  " + String.join("\n  ", shown));
    }
    return new Passed(agreed.kvs().size(), agreed.revision());
  }

  static List<String> violations(Contents contents, WriteLedger ledger) {
    List<String> violations = new ArrayList<>();
    Set<String> found = new HashSet<>();
    for (KeyValue kv : contents.kvs()) {
      String key = kv.getKey().toStringUtf8();
      found.add(key);
      ledger
          .write(key)
          .ifPresentOrElse(
              write -> compare(kv, write, violations),
              () -> violations.add(key + " is there, but nobody wrote it"));
    }
    ledger
        .writes()
        .forEach(
            (key, write) -> {
              if (write.isAcknowledged() && !found.contains(key)) {
                violations.add(
                    key + " is lost: it was acknowledged at revision " + write.revision());
              }
            });
    return violations;
  }

  private static void compare(KeyValue kv, WriteLedger.Write write, List<String> violations) {
    String key = kv.getKey().toStringUtf8();
    if (!kv.getValue().equals(ByteString.copyFromUtf8(write.value()))) {
      violations.add(key + " holds " + kv.getValue().toStringUtf8() + ", not " + write.value());
    }
    if (write.isAcknowledged() && kv.getModRevision() != write.revision()) {
      violations.add(
          key
              + " was acknowledged at revision "
              + write.revision()
              + " but stands at "
              + kv.getModRevision());
    }
    if (kv.getVersion() != 1) {
      violations.add(key + " was applied " + kv.getVersion() + " times");
    }
  }

  private static String firstDifference(Contents agreed, Contents own) {
    int common = Math.min(agreed.kvs().size(), own.kvs().size());
    for (int i = 0; i < common; i++) {
      if (!agreed.kvs().get(i).equals(own.kvs().get(i))) {
        return agreed.kvs().get(i) + " against its " + own.kvs().get(i);
      }
    }
    return agreed.kvs().size() + " keys against its " + own.kvs().size();
  }
}
