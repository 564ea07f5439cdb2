package io.balsa.kv.differential;

import com.google.protobuf.Message;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.WatchResponse;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where we mean to answer otherwise than etcd 3.4, each as narrow as it can be said, and why. */
enum KnownDifference {
  /** etcd checks the sort options since 3.6; 3.4 takes an order that it doesn't know for none. */
  UNKNOWN_SORT_ORDER(
      "an unknown sort order is refused, as by newer etcds; 3.4 ignores it",
      (operation, etcd, balsa) ->
          operation.request() instanceof RangeRequest range
              && range.getSortOrder() == RangeRequest.SortOrder.UNRECOGNIZED
              && !etcd.text().equals(KvError.EMPTY_KEY.text())
              && balsa.text().equals(KvError.INVALID_SORT_OPTION.text())),

  /** Either way it has no effect. */
  FIRST_REFUSAL_OF_A_TXN(
      "a txn in which a put and a range are both refused names the first in order, as by newer etcds; 3.4 looks at all puts"
          + " before all ranges",
      (operation, etcd, balsa) ->
          operation.call() == Call.TXN
              && isOneOf(etcd, KvError.KEY_NOT_FOUND, KvError.LEASE_NOT_FOUND)
              && isOneOf(balsa, KvError.COMPACTED, KvError.FUTURE_REVISION)),

  /** Ours are in the order of their keys then, on every member. */
  TIES_OF_A_SORT(
      "of more than twelve keys that are sorted, those that are equal come in any order: Go's sort isn't stable",
      (operation, etcd, balsa) ->
          etcd.isOk()
              && balsa.isOk()
              && operation.request().toString().contains("sort_target")
              && Ties.explain(etcd.body(), balsa.body())),

  /** The library that refuses it is another; the code is the same. */
  LARGE_MESSAGE(
      "a message that is larger than gRPC may take is refused in the words of Java's gRPC, not of Go's",
      (operation, etcd, balsa) ->
          etcd.code() == Status.Code.RESOURCE_EXHAUSTED
              && balsa.code() == Status.Code.RESOURCE_EXHAUSTED
              && etcd.text().startsWith("grpc: received message larger than max (")
              && balsa.text().startsWith("gRPC message exceeds maximum size ")),

  /** Counted by {@link Pair}, which looks at the streams. */
  WATCH_BEFORE_THE_BEGINNING(
      "a watch from a negative revision is refused, as by newer etcds: created and canceled in one response, with id -1 and the"
          + " reason; 3.4 creates it and cancels it a little later as compacted",
      (operation, etcd, balsa) -> false),

  /** Counted by {@link Pair}. */
  DELETE_AT_THE_COMPACTED_REVISION(
      "a watch from the compacted revision sees what was deleted in it, as with etcd since 3.4.33 (#18089, #19179)",
      (operation, etcd, balsa) -> false),

  /** Counted by {@link Pair}, which then begins new streams: etcd's next ids would be others. */
  ID_AFTER_COMPACTION(
      "the id of a watch that ended because its history was compacted is free again, as after a cancel; to etcd it stays taken as"
          + " long as the stream lives",
      (operation, etcd, balsa) -> false),

  /** Counted by {@link Pair}, which doesn't ask etcd then. */
  PROGRESS_OF_NOTHING(
      "a progress request isn't answered, as by newer etcds, while the stream has no watch or one of the future; 3.4 answers"
          + " always, even when events are still to come",
      (operation, etcd, balsa) -> false);

  /** Whether this is the difference between two answers to an operation. */
  @FunctionalInterface
  interface Matcher {
    boolean matches(Operation operation, Answer etcd, Answer balsa);
  }

  private final String reason;
  private final Matcher matcher;

  KnownDifference(String reason, Matcher matcher) {
    this.reason = reason;
    this.matcher = matcher;
  }

  private static boolean isOneOf(Answer answer, KvError one, KvError other) {
    return answer.text().equals(one.text()) || answer.text().equals(other.text());
  }

  String reason() {
    return reason;
  }

  /** Whether a stream says that a watch isn't created because its history is gone: no more. */
  static boolean isRefusedAtOnce(Map<Long, List<Message>> heard) {
    List<Message> said = heard.getOrDefault(-1L, List.of());
    return heard.size() == 1
        && said.size() == 1
        && said.get(0) instanceof WatchResponse refused
        && refused.getCreated()
        && refused.getCanceled()
        && refused.getCancelReason().equals(KvError.COMPACTED.text());
  }

  /** Whether both streams said the same, or ours told of deletes at the compacted revision in addition. */
  static boolean alike(
      Map<Long, List<Message>> etcd, Map<Long, List<Message>> balsa, long compacted) {
    if (!etcd.keySet().equals(balsa.keySet())) {
      return false;
    }
    return etcd.entrySet().stream()
        .allMatch(
            ofEtcd -> {
              List<Message> ofBalsa =
                  new ArrayList<>(balsa.getOrDefault(ofEtcd.getKey(), List.of()));
              ofBalsa.removeIf(
                  item -> isDeleteAt(item, compacted) && !ofEtcd.getValue().contains(item));
              return ofBalsa.equals(ofEtcd.getValue());
            });
  }

  private static boolean isDeleteAt(Message item, long revision) {
    return item instanceof Event event
        && event.getType() == Event.EventType.DELETE
        && event.getKv().getModRevision() == revision;
  }

  static Optional<KnownDifference> find(Operation operation, Answer etcd, Answer balsa) {
    return Arrays.stream(values())
        .filter(known -> known.matcher.matches(operation, etcd, balsa))
        .findFirst();
  }
}
