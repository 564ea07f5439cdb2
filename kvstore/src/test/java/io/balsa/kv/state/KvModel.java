package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.balsa.kv.command.CommandDone;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.LeaseRemainders;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import io.balsa.kv.proto.CompactionResponse;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.DeleteRangeResponse;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.proto.LeaseCheckpoint;
import io.balsa.kv.proto.LeaseGrantResponse;
import io.balsa.kv.proto.LeaseRevokeResponse;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.PutResponse;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.ResponseOp;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.kv.proto.TxnResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the store should do, said as plainly as possible: a whole copy of all keys per revision, every question answered by
 * looking at everything. Shares no code with the store but the messages.
 */
final class KvModel {
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();

  long revision = 1;
  long compacted = -1;
  final TreeMap<Long, NavigableMap<ByteString, KeyValue>> states = new TreeMap<>();
  final TreeMap<Long, List<Event>> history = new TreeMap<>();
  final TreeMap<Long, LeaseRecord> leases = new TreeMap<>(Long::compareUnsigned);
  private final Set<Long> members = new TreeSet<>();

  /** The keys and events of the command that runs. */
  private NavigableMap<ByteString, KeyValue> draft = new TreeMap<>(ORDER);

  private List<Event> draftEvents = new ArrayList<>();

  KvModel() {
    states.put(1L, draft);
  }

  /** The response, or the error. */
  Object apply(KvCommand command, long term) {
    begin();
    try {
      return switch (command.getBodyCase()) {
        case PUT -> {
          checkFields(command.getPut());
          checkLease(command.getPut()); // A put of its own asks for its lease first.
          check(RequestOp.newBuilder().setRequestPut(command.getPut()).build());
          yield commit(put(command.getPut()));
        }
        case DELETE_RANGE -> {
          check(RequestOp.newBuilder().setRequestDeleteRange(command.getDeleteRange()).build());
          yield commit(delete(command.getDeleteRange()));
        }
        case TXN -> {
          checkAll(branch(command.getTxn()));
          TxnResponse.Builder response = txn(command.getTxn());
          yield commit(response.setHeader(header()).build());
        }
        case COMPACTION -> compact(command.getCompaction().getRevision());
        case LEASE_GRANT -> {
          long id = command.getLeaseGrant().getID();
          refuseIf(leases.containsKey(id), KvError.LEASE_EXISTS);
          leases.put(id, new LeaseRecord(id, command.getLeaseGrant().getTTL(), 0));
          yield LeaseGrantResponse.newBuilder()
              .setHeader(header())
              .setID(id)
              .setTTL(command.getLeaseGrant().getTTL())
              .build();
        }
        case LEASE_REVOKE -> {
          refuseIf(!leases.containsKey(command.getLeaseRevoke().getID()), KvError.LEASE_NOT_FOUND);
          end(command.getLeaseRevoke().getID());
          yield LeaseRevokeResponse.newBuilder().setHeader(header()).build();
        }
        case LEASE_EXPIRE -> {
          if (command.getLeaseExpire().getTerm() == term) {
            command.getLeaseExpire().getIdsList().forEach(this::end);
          }
          yield CommandDone.newBuilder().setHeader(header()).build();
        }
        case LEASE_CHECKPOINT -> checkpoint(command.getLeaseCheckpoint(), term);
        case ALARM, SPACE_REPORT, DOWNGRADE -> throw new AssertionError("AlarmRulesTest's");
        case MEMBERS_FOUND, MEMBER_PUBLISH -> member(command);
        case MEMBER_ADD,
            MEMBER_REMOVE,
            MEMBER_UPDATE,
            MEMBER_PROMOTE,
            MEMBER_LEFT,
            MEMBER_REPLACE ->
            throw new AssertionError("MemberRulesTest's");
        case AUTH_ENABLE,
            AUTH_DISABLE,
            USER_ADD,
            USER_DELETE,
            USER_CHANGE_PASSWORD,
            USER_GRANT_ROLE,
            USER_REVOKE_ROLE,
            ROLE_ADD,
            ROLE_DELETE,
            ROLE_GRANT_PERMISSION,
            ROLE_REVOKE_PERMISSION,
            TOKEN_ISSUE ->
            throw new IllegalArgumentException("users and roles aren't modelled");
        case BODY_NOT_SET -> throw new IllegalArgumentException("no body");
      };
    } catch (KvException e) {
      return e.error();
    }
  }

  private Message checkpoint(LeaseRemainders remainders, long term) {
    boolean counts = remainders.getTerm() == term;
    for (var point : counts ? remainders.getCheckpointsList() : List.<LeaseCheckpoint>of()) {
      leases.computeIfPresent(
          point.getID(),
          (id, old) -> new LeaseRecord(id, old.grantedTtlSeconds(), point.getRemainingTTL()));
    }
    return CommandDone.newBuilder().setHeader(header()).build();
  }

  private Message member(KvCommand command) {
    if (command.hasMemberPublish()) {
      refuseIf(!members.contains(command.getMemberPublish().getId()), KvError.MEMBER_NOT_FOUND);
    } else if (members.isEmpty()) {
      command.getMembersFound().getMembersList().forEach(m -> members.add(m.getID()));
    }
    return CommandDone.newBuilder().setHeader(header()).build();
  }

  private NavigableMap<ByteString, KeyValue> at(long someRevision) {
    return Objects.requireNonNull(states.get(someRevision));
  }

  private void begin() {
    draft = new TreeMap<>(at(revision));
    draftEvents = new ArrayList<>();
  }

  private Message commit(Message response) {
    if (!draftEvents.isEmpty()) {
      revision++;
      states.put(revision, draft);
      history.put(revision, draftEvents);
      begin();
    }
    return response;
  }

  private long draftRevision() {
    return draftEvents.isEmpty() ? revision : revision + 1;
  }

  private ResponseHeader header() {
    return ResponseHeader.newBuilder().setRevision(draftRevision()).build();
  }

  private Message compact(long target) {
    refuseIf(target <= compacted, KvError.COMPACTED);
    refuseIf(target > revision, KvError.FUTURE_REVISION);
    compacted = target;
    return CompactionResponse.newBuilder().setHeader(header()).build();
  }

  private void end(long lease) {
    if (leases.remove(lease) != null) {
      for (KeyValue kv : List.copyOf(draft.values())) {
        if (kv.getLease() == lease) {
          remove(kv);
        }
      }
      Message committed = commit(CommandDone.getDefaultInstance());
      assert committed != null;
    }
  }

  private PutResponse put(PutRequest request) {
    KeyValue old = draft.get(request.getKey());
    refuseIf(
        old == null && (request.getIgnoreValue() || request.getIgnoreLease()),
        KvError.KEY_NOT_FOUND);
    KeyValue.Builder written = KeyValue.newBuilder().setKey(request.getKey());
    written.setModRevision(revision + 1).setVersion(old == null ? 1 : old.getVersion() + 1);
    written.setCreateRevision(old == null ? revision + 1 : old.getCreateRevision());
    written.setValue(old != null && request.getIgnoreValue() ? old.getValue() : request.getValue());
    written.setLease(old != null && request.getIgnoreLease() ? old.getLease() : request.getLease());
    Event.Builder event = Event.newBuilder().setKv(written);
    PutResponse.Builder response = PutResponse.newBuilder();
    if (old != null) {
      if (old.getCreateRevision() <= revision) {
        event.setPrevKv(at(revision).get(request.getKey()));
      }
      if (request.getPrevKv()) {
        response.setPrevKv(old);
      }
    }
    draft.put(request.getKey(), written.build());
    draftEvents.add(event.build());
    return response.setHeader(header()).build();
  }

  private DeleteRangeResponse delete(DeleteRangeRequest request) {
    DeleteRangeResponse.Builder response = DeleteRangeResponse.newBuilder();
    for (KeyValue kv : within(draft, request.getKey(), request.getRangeEnd())) {
      remove(kv);
      response.setDeleted(response.getDeleted() + 1);
      if (request.getPrevKv()) {
        response.addPrevKvs(kv);
      }
    }
    return response.setHeader(header()).build();
  }

  private void remove(KeyValue kv) {
    draft.remove(kv.getKey());
    KeyValue.Builder gone = KeyValue.newBuilder().setKey(kv.getKey()).setModRevision(revision + 1);
    Event.Builder event = Event.newBuilder().setType(Event.EventType.DELETE).setKv(gone);
    KeyValue before = at(revision).get(kv.getKey());
    if (before != null) {
      event.setPrevKv(before);
    }
    draftEvents.add(event.build());
  }

  static boolean contains(ByteString candidate, ByteString key, ByteString end) {
    if (end.isEmpty()) {
      return candidate.equals(key);
    }
    boolean open = end.size() == 1 && end.byteAt(0) == 0;
    return ORDER.compare(candidate, key) >= 0 && (open || ORDER.compare(candidate, end) < 0);
  }

  private static List<KeyValue> within(
      NavigableMap<ByteString, KeyValue> state, ByteString key, ByteString end) {
    return state.values().stream().filter(kv -> contains(kv.getKey(), key, end)).toList();
  }

  private static void refuseIf(boolean wrong, KvError error) {
    if (wrong) {
      throw error.exception();
    }
  }

  /** The compares look at the state before the command, wherever they stand. */
  private List<RequestOp> branch(TxnRequest txn) {
    return succeeds(txn) ? txn.getSuccessList() : txn.getFailureList();
  }

  private boolean succeeds(TxnRequest txn) {
    return txn.getCompareList().stream().allMatch(this::holds);
  }

  private boolean holds(Compare compare) {
    List<KeyValue> found = within(at(revision), compare.getKey(), compare.getRangeEnd());
    if (found.isEmpty()) {
      boolean ofValue = compare.getTarget() == Compare.CompareTarget.VALUE;
      return !ofValue && holds(compare, KeyValue.getDefaultInstance());
    }
    return found.stream().allMatch(kv -> holds(compare, kv));
  }

  private static boolean holds(Compare compare, KeyValue kv) {
    int order =
        switch (compare.getTarget()) {
          case VERSION -> Long.compare(kv.getVersion(), compare.getVersion());
          case CREATE -> Long.compare(kv.getCreateRevision(), compare.getCreateRevision());
          case MOD -> Long.compare(kv.getModRevision(), compare.getModRevision());
          case VALUE -> ORDER.compare(kv.getValue(), compare.getValue());
          case LEASE -> Long.compare(kv.getLease(), compare.getLease());
          case UNRECOGNIZED -> 0;
        };
    return switch (compare.getResult()) {
      case EQUAL -> order == 0;
      case GREATER -> order > 0;
      case LESS -> order < 0;
      case NOT_EQUAL -> order != 0;
      case UNRECOGNIZED -> true;
    };
  }

  private void checkAll(List<RequestOp> ops) {
    ops.forEach(this::check);
  }

  private void check(RequestOp op) {
    switch (op.getRequestCase()) {
      case REQUEST_RANGE -> {
        long at = op.getRequestRange().getRevision();
        ensureReadable(at);
        refuseIf(at < 0 && at < compacted, KvError.COMPACTED);
      }
      case REQUEST_PUT -> {
        PutRequest put = op.getRequestPut();
        checkFields(put);
        boolean missing = !at(revision).containsKey(put.getKey());
        refuseIf(missing && (put.getIgnoreValue() || put.getIgnoreLease()), KvError.KEY_NOT_FOUND);
        checkLease(put);
      }
      case REQUEST_DELETE_RANGE -> {}
      case REQUEST_TXN -> checkAll(branch(op.getRequestTxn()));
      case REQUEST_NOT_SET -> throw KvError.KEY_NOT_FOUND.exception();
    }
  }

  private static void checkFields(PutRequest put) {
    refuseIf(put.getIgnoreValue() && !put.getValue().isEmpty(), KvError.VALUE_PROVIDED);
    refuseIf(put.getIgnoreLease() && put.getLease() != 0, KvError.LEASE_PROVIDED);
  }

  private void checkLease(PutRequest put) {
    refuseIf(put.getLease() != 0 && !leases.containsKey(put.getLease()), KvError.LEASE_NOT_FOUND);
  }

  private void ensureReadable(long at) {
    refuseIf(at > revision, KvError.FUTURE_REVISION);
    refuseIf(at > 0 && at < compacted, KvError.COMPACTED);
  }

  private TxnResponse.Builder txn(TxnRequest txn) {
    TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(succeeds(txn));
    response.setHeader(ResponseHeader.getDefaultInstance());
    for (RequestOp op : branch(txn)) {
      ResponseOp.Builder done = response.addResponsesBuilder();
      switch (op.getRequestCase()) {
        case REQUEST_RANGE -> {
          long at = op.getRequestRange().getRevision();
          var state = at > 0 ? at(at) : draft;
          done.setResponseRange(range(op.getRequestRange(), state));
        }
        case REQUEST_PUT -> done.setResponsePut(put(op.getRequestPut()));
        case REQUEST_DELETE_RANGE ->
            done.setResponseDeleteRange(delete(op.getRequestDeleteRange()));
        case REQUEST_TXN -> done.setResponseTxn(txn(op.getRequestTxn()));
        case REQUEST_NOT_SET -> throw new IllegalStateException("checked before");
      }
    }
    return response;
  }

  /** The response, or the error. */
  Object range(RangeRequest request) {
    begin();
    try {
      ensureReadable(request.getRevision());
      long at = request.getRevision() > 0 ? request.getRevision() : revision;
      return range(request, at(at));
    } catch (KvException e) {
      return e.error();
    }
  }

  private RangeResponse range(RangeRequest request, NavigableMap<ByteString, KeyValue> state) {
    List<KeyValue> found = within(state, request.getKey(), request.getRangeEnd());
    RangeResponse.Builder response =
        RangeResponse.newBuilder().setHeader(header()).setCount(found.size());
    if (request.getCountOnly()) {
      return response.build();
    }
    List<KeyValue> passed = new ArrayList<>(found);
    passed.removeIf(
        kv ->
            outside(kv.getModRevision(), request.getMinModRevision(), request.getMaxModRevision()));
    passed.removeIf(
        kv ->
            outside(
                kv.getCreateRevision(),
                request.getMinCreateRevision(),
                request.getMaxCreateRevision()));
    long limit = request.getLimit() > 0 ? request.getLimit() : Long.MAX_VALUE;
    boolean filtered =
        request.getMinModRevision() != 0
            || request.getMaxModRevision() != 0
            || request.getMinCreateRevision() != 0
            || request.getMaxCreateRevision() != 0;
    if (request.getSortOrder() == RangeRequest.SortOrder.NONE
        && !filtered
        && passed.size() > limit) {
      passed = new ArrayList<>(passed.subList(0, (int) limit + 1));
    }
    passed.sort(order(request));
    for (KeyValue kv : passed.subList(0, (int) Math.min(limit, passed.size()))) {
      response.addKvs(request.getKeysOnly() ? kv.toBuilder().clearValue().build() : kv);
    }
    return response.setMore(passed.size() > limit).build();
  }

  private static boolean outside(long number, long min, long max) {
    return (min != 0 && number < min) || (max != 0 && number > max);
  }

  private static Comparator<KeyValue> order(RangeRequest request) {
    Comparator<KeyValue> byKey = Comparator.comparing(KeyValue::getKey, ORDER);
    Comparator<KeyValue> order =
        switch (request.getSortTarget()) {
          case KEY, UNRECOGNIZED -> byKey;
          case VERSION -> Comparator.comparing(KeyValue::getVersion);
          case CREATE -> Comparator.comparing(KeyValue::getCreateRevision);
          case MOD -> Comparator.comparing(KeyValue::getModRevision);
          case VALUE -> Comparator.comparing(KeyValue::getValue, ORDER);
        };
    boolean down = request.getSortOrder() == RangeRequest.SortOrder.DESCEND;
    return (down ? order.reversed() : order).thenComparing(byKey);
  }

  /** Every event that a reader from this revision on must see, with what may be known of the version before. */
  TreeMap<Long, List<Event>> historyFrom(long from, ByteString key, ByteString end) {
    TreeMap<Long, List<Event>> seen = new TreeMap<>();
    for (var entry : history.tailMap(from, true).entrySet()) {
      List<Event> events =
          entry.getValue().stream()
              .filter(event -> contains(event.getKv().getKey(), key, end))
              .map(
                  event ->
                      entry.getKey() > compacted ? event : event.toBuilder().clearPrevKv().build())
              .toList();
      if (!events.isEmpty()) {
        seen.put(entry.getKey(), events);
      }
    }
    return seen;
  }

  /** The keys of a lease. */
  TreeSet<ByteString> keysOf(long lease) {
    TreeSet<ByteString> keys = new TreeSet<>(ORDER);
    at(revision).values().stream()
        .filter(kv -> kv.getLease() == lease)
        .forEach(kv -> keys.add(kv.getKey()));
    return keys;
  }
}
