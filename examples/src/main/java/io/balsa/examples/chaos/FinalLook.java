package io.balsa.examples.chaos;

import io.balsa.examples.chaos.client.KvWire;
import io.balsa.examples.chaos.client.MemberCalls;
import io.balsa.examples.chaos.judge.FinalState;
import io.balsa.examples.chaos.model.Version;
import io.balsa.examples.process.Await;
import io.balsa.examples.process.ExampleException;
import io.balsa.kv.proto.HashKVRequest;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/** Asks each member by itself what it holds, when nobody writes any more. Stateless. */
final class FinalLook {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private FinalLook() {}

  /**
   * The revision that the cluster is at, read through any member, when no key is bound to a lease any more, or after a while: a
   * lease that ends later would change it.
   */
  static long revision(List<MemberCalls> members) {
    var unused =
        Await.holds(
            PATIENCE,
            () ->
                members.stream()
                    .flatMap(member -> all(member, 0, false).stream())
                    .findFirst()
                    .filter(all -> all.getKvsList().stream().allMatch(kv -> kv.getLease() == 0))
                    .isPresent());
    long[] revision = new long[1];
    Await.until(
        "a linearizable read succeeds",
        PATIENCE,
        () -> members.stream().anyMatch(member -> read(member, revision)));
    return revision[0];
  }

  private static boolean read(MemberCalls member, long[] revision) {
    try {
      member.nudge();
      RangeRequest any = RangeRequest.newBuilder().setKey(KvWire.bytes("k")).build();
      revision[0] = member.kv().range(any).getHeader().getRevision();
      return true;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  /**
   * @throws ExampleException if a member doesn't come to the revision
   */
  static List<FinalState> states(List<MemberCalls> members, long revision) {
    List<FinalState> states = new ArrayList<>();
    for (MemberCalls member : members) {
      AtomicReference<RangeResponse> found = new AtomicReference<>();
      Await.until(
          member.member().name() + " has revision " + revision,
          PATIENCE,
          () -> {
            all(member, revision, true).ifPresent(found::set);
            return found.get() != null;
          });
      RangeResponse all = java.util.Objects.requireNonNull(found.get());
      long hash =
          Integer.toUnsignedLong(
              member
                  .maintenance(PATIENCE)
                  .hashKV(HashKVRequest.newBuilder().setRevision(revision).build())
                  .getHash());
      Map<String, Version> keys = new TreeMap<>();
      for (KeyValue kv : all.getKvsList()) {
        keys.put(kv.getKey().toStringUtf8(), KvWire.version(kv));
      }
      states.add(new FinalState(member.member().name(), all.getHeader().getRevision(), hash, keys));
    }
    return states;
  }

  private static Optional<RangeResponse> all(
      MemberCalls member, long revision, boolean serializable) {
    try {
      member.nudge();
      RangeRequest everything =
          RangeRequest.newBuilder()
              .setKey(KvWire.bytes("\0"))
              .setRangeEnd(KvWire.bytes("\0"))
              .setSerializable(serializable)
              .build();
      RangeResponse all = member.kv().range(everything);
      return Optional.of(all).filter(found -> found.getHeader().getRevision() >= revision);
    } catch (StatusRuntimeException e) {
      return Optional.empty(); // Not yet.
    }
  }
}
