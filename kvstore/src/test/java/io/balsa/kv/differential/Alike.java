package io.balsa.kv.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.balsa.kv.proto.LeaseLeasesResponse;
import io.balsa.kv.proto.LeaseStatus;
import io.balsa.kv.proto.LeaseTimeToLiveResponse;
import java.util.Comparator;
import java.util.stream.Stream;

/** Makes alike what may differ between two runs of one and the same server: what depends on a clock or a hash. */
final class Alike {
  private static final long TTL_TOLERANCE_SECONDS = 10;

  private Alike() {}

  /** The answer with its leases and their keys in order, and with the other's time left if it is nearly that. */
  static Answer make(Answer answer, Answer other) {
    return answer.withBody(make(answer.body(), other.body()));
  }

  private static Message make(Message body, Message other) {
    if (body instanceof LeaseTimeToLiveResponse left
        && other instanceof LeaseTimeToLiveResponse otherLeft) {
      Stream<ByteString> keys =
          left.getKeysList().stream().sorted(ByteString.unsignedLexicographicalComparator());
      boolean near =
          left.getTTL() >= 0
              && otherLeft.getTTL() >= 0
              && Math.abs(left.getTTL() - otherLeft.getTTL()) <= TTL_TOLERANCE_SECONDS;
      return left.toBuilder()
          .clearKeys()
          .addAllKeys(keys.toList())
          .setTTL(near ? otherLeft.getTTL() : left.getTTL())
          .build();
    }
    if (body instanceof LeaseLeasesResponse leases) {
      return leases.toBuilder()
          .clearLeases()
          .addAllLeases(
              leases.getLeasesList().stream()
                  .sorted(Comparator.comparingLong(LeaseStatus::getID))
                  .toList())
          .build();
    }
    return body;
  }
}
