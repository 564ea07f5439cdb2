package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.balsa.kv.auth.AuthChange;
import io.balsa.kv.auth.AuthState;
import io.balsa.kv.auth.CommandAccess;
import io.balsa.kv.command.Caller;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.CommandDone;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.LeaseExpire;
import io.balsa.kv.command.LeaseRemainders;
import io.balsa.kv.command.SpaceReport;
import io.balsa.kv.command.TokenIssue;
import io.balsa.kv.command.UnknownCommandException;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import io.balsa.kv.proto.AlarmRequest;
import io.balsa.kv.proto.AlarmResponse;
import io.balsa.kv.proto.AlarmType;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.CompactionResponse;
import io.balsa.kv.proto.DowngradeInfo;
import io.balsa.kv.proto.LeaseCheckpoint;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseGrantResponse;
import io.balsa.kv.proto.LeaseRevokeRequest;
import io.balsa.kv.proto.LeaseRevokeResponse;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.state.store.OrderedReader;
import io.balsa.kv.state.store.StoreWrites;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Invariant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * One batch of commands on its way into the state: what it writes, what changed, what is to be announced. Apply thread
 * only. A command has all of its effects or none.
 */
final class CommandRun {
  /** A run that holds this much is full: what it replaces may be any multiple of what it says. */
  private static final long RETAINED_BYTES_MAX = 16 << 20;

  /** Odd, so that nothing is lost by multiplying. */
  private static final long HASH_FACTOR = 0x9e3779b97f4a7c15L;

  private static final long LEASE_TTL_SECONDS_MAX = 9_000_000_000L;

  private final Overlay rows;
  private final EntryId appliedBefore;
  private final List<KvResult> results = new ArrayList<>();
  private final List<RevisionEvents> revisions = new ArrayList<>();
  private final List<Consumer<ApplyListener>> notices = new ArrayList<>();
  private long eventBytes;
  private EntryId entry;

  /** The revision of the newest change. Invariant: grows by one with each command that changes a key. */
  private long revision;

  private long compacted;

  /** What all commands so far have made of the state. */
  private long hash;

  private final SortedMap<Long, Long> trail = new TreeMap<>();
  private final CRC32C crc = new CRC32C();

  /** What is active after the last command. Only commands that can't fail any more change it. */
  private Alarms alarms;

  /** Who may do what, for the next command. */
  private AuthState auth;

  private final long compactedBefore;
  private final long revisionBefore;

  CommandRun(OrderedReader below, StateRow before, Alarms alarms, AuthState auth) {
    this.rows = new Overlay(below);
    this.appliedBefore = before.applied();
    this.entry = before.applied();
    this.revision = before.revision();
    this.compacted = before.compacted();
    this.hash = before.hash();
    this.alarms = alarms;
    this.auth = auth;
    this.compactedBefore = compacted;
    this.revisionBefore = revision;
  }

  /**
   * Applies a command.
   *
   * @throws UnknownCommandException if it can't be understood: the node must stop
   */
  void apply(Entry command) {
    Invariant.check(command.index() > entry.index(), "%s is applied after %s", command.id(), entry);
    noteTrail(command.index());
    entry = command.id();
    crc.reset();
    int announced = notices.size();
    try {
      KvCommand decoded = CommandCodec.decode(command.payload());
      if (auth.enabled()) {
        CommandAccess.check(decoded, auth, lease -> LeaseTable.keys(rows, lease));
      }
      Message response = dispatch(decoded);
      rows.keep(crc);
      results.add(new KvResult.Ok(response));
    } catch (KvException refused) {
      rows.undo();
      notices.subList(announced, notices.size()).clear();
      results.add(new KvResult.Failed(refused.error()));
    }
    // What was refused counts, too: another member may have done it.
    hash = (Long.rotateLeft(hash, 7) ^ crc.getValue() ^ command.index()) * HASH_FACTOR;
  }

  private void noteTrail(long index) {
    long mark = index - index % StateTrail.STEP;
    if (mark > entry.index()) {
      trail.put(mark, hash);
    }
  }

  /** Where this run passed marks of the {@link StateTrail}, and with what. */
  SortedMap<Long, Long> trail() {
    return trail;
  }

  /** Whether it holds so much already that further commands had better go into another. */
  boolean isFull() {
    return rows.bytes() + eventBytes >= RETAINED_BYTES_MAX;
  }

  /** The entry that was applied last. */
  EntryId entry() {
    return entry;
  }

  /** Seals the batch: its writes, and how far it takes the state. */
  StoreWrites finish(EntryId through) {
    Invariant.check(
        through.index() >= entry.index() && through.index() >= appliedBefore.index(),
        "a batch through %s ends with %s",
        through,
        entry);
    entry = through;
    rows.put(Tables.STATE, after().encode());
    return rows.writes();
  }

  StateRow after() {
    return new StateRow(entry, revision, compacted, hash);
  }

  Alarms alarms() {
    return alarms;
  }

  /** The users and roles after everything that was applied. */
  AuthState auth() {
    return auth;
  }

  /** One per command, in order. */
  List<KvResult> results() {
    return results;
  }

  boolean hasCompacted() {
    return compacted != compactedBefore;
  }

  boolean hasChangedKeys() {
    return revision != revisionBefore;
  }

  /** The new revisions; those with too much in them are left out. */
  List<RevisionEvents> revisions() {
    return revisions;
  }

  /** Everything to announce but the revisions, in log order. */
  List<Consumer<ApplyListener>> notices() {
    return notices;
  }

  private Message dispatch(KvCommand command) {
    Optional<KvError> refused = alarms.refusal(command);
    if (refused.isPresent()) {
      throw refused.get().exception();
    }
    return switch (command.getBodyCase()) {
      case PUT, DELETE_RANGE, TXN -> change(command);
      case COMPACTION -> compact(command.getCompaction());
      case LEASE_GRANT -> grant(command.getLeaseGrant());
      case LEASE_REVOKE -> revoke(command.getLeaseRevoke());
      case LEASE_EXPIRE -> expire(command.getLeaseExpire());
      case LEASE_CHECKPOINT -> checkpoint(command.getLeaseCheckpoint());
      case MEMBERS_FOUND,
          MEMBER_ADD,
          MEMBER_REMOVE,
          MEMBER_UPDATE,
          MEMBER_PROMOTE,
          MEMBER_LEFT,
          MEMBER_REPLACE,
          MEMBER_PUBLISH ->
          changeMembers(command);
      case ALARM -> alarm(command.getAlarm());
      case SPACE_REPORT -> space(command.getSpaceReport());
      case DOWNGRADE -> downgrade(command.getDowngrade());
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
          ROLE_REVOKE_PERMISSION ->
          authorise(command);
      case TOKEN_ISSUE -> issue(command.getTokenIssue());
      case BODY_NOT_SET -> throw new UnknownCommandException("a command without a body");
    };
  }

  private Message change(KvCommand command) {
    MvccReader before = new MvccReader(rows, revision, compacted);
    MvccWriter writer = writer();
    WritingOps ops = new WritingOps(writer);
    Message response =
        switch (command.getBodyCase()) {
          case PUT -> ops.checkAndPut(command.getPut(), before);
          case DELETE_RANGE -> ops.checkAndDelete(command.getDeleteRange());
          default -> new TxnEvaluator(ops).evaluate(command.getTxn(), before);
        };
    adopt(writer);
    return response;
  }

  private MvccWriter writer() {
    return new MvccWriter(rows, revision, compacted, 2 * RETAINED_BYTES_MAX - eventBytes);
  }

  /** The command can't fail any more: its changes, if any, become the next revision. */
  private void adopt(MvccWriter writer) {
    if (!writer.hasChanged()) {
      return;
    }
    revision = writer.revision();
    eventBytes += writer.eventBytes();
    if (writer.hasEvents()) {
      revisions.add(writer.events());
    }
  }

  private Message compact(CompactionRequest request) {
    long target = request.getRevision();
    if (target <= compacted) {
      throw KvError.COMPACTED.exception();
    }
    if (target > revision) {
      throw KvError.FUTURE_REVISION.exception();
    }
    compacted = target;
    notices.add(listener -> listener.onCompacted(target));
    return CompactionResponse.newBuilder().setHeader(header()).build();
  }

  private Message grant(LeaseGrantRequest request) {
    long id = request.getID();
    if (id == 0) {
      throw KvError.LEASE_NOT_FOUND.exception();
    }
    if (request.getTTL() > LEASE_TTL_SECONDS_MAX) {
      throw KvError.LEASE_TTL_TOO_LARGE.exception();
    }
    if (LeaseTable.exists(rows, id)) {
      throw KvError.LEASE_EXISTS.exception();
    }
    LeaseTable.store(rows, new LeaseRecord(id, request.getTTL(), 0));
    notices.add(listener -> listener.onLeaseGranted(id, request.getTTL()));
    return LeaseGrantResponse.newBuilder()
        .setHeader(header())
        .setID(id)
        .setTTL(request.getTTL())
        .build();
  }

  private Message revoke(LeaseRevokeRequest request) {
    if (!LeaseTable.exists(rows, request.getID())) {
      throw KvError.LEASE_NOT_FOUND.exception();
    }
    end(request.getID());
    return LeaseRevokeResponse.newBuilder().setHeader(header()).build();
  }

  /** Only what the leader of the entry's own term believed counts; leases that are gone already are passed over. */
  private Message expire(LeaseExpire request) {
    if (request.getTerm() == entry.term()) {
      for (long id : request.getIdsList()) {
        if (LeaseTable.exists(rows, id)) {
          end(id);
        }
      }
    }
    return done();
  }

  /** Removes a lease and, as one revision, its keys in key order. */
  private void end(long id) {
    List<ByteString> keys = LeaseTable.keys(rows, id);
    MvccWriter writer = writer();
    long deleted = writer.deleteAll(keys, null);
    Invariant.check(deleted == keys.size(), "lease %x holds keys that don't live", id);
    LeaseTable.remove(rows, id);
    adopt(writer);
    notices.add(listener -> listener.onLeaseRevoked(id));
  }

  /** As with expiry, only what the leader of the entry's own term believed counts. */
  private Message checkpoint(LeaseRemainders request) {
    if (request.getTerm() != entry.term()) {
      return done();
    }
    for (LeaseCheckpoint checkpoint : request.getCheckpointsList()) {
      LeaseRecord lease = LeaseTable.find(rows, checkpoint.getID());
      if (lease != null) {
        long remaining = checkpoint.getRemainingTTL();
        LeaseTable.store(rows, new LeaseRecord(lease.id(), lease.grantedTtlSeconds(), remaining));
        notices.add(listener -> listener.onLeaseCheckpointed(lease.id(), remaining));
      }
    }
    return done();
  }

  /** The alarms of a member that is gone go with it: nobody else could lower them. */
  private Message changeMembers(KvCommand command) {
    Set<Long> gone = MemberChange.apply(command, rows);
    alarms.active().stream().filter(alarm -> gone.contains(alarm.memberId())).forEach(this::lower);
    notices.add(ApplyListener::onMembersChanged);
    return done();
  }

  /** Answers with the alarm that is active now, or that isn't any more; with none if nothing came of it. */
  private Message alarm(AlarmRequest request) {
    AlarmResponse.Builder response = AlarmResponse.newBuilder().setHeader(header());
    Alarm alarm = new Alarm(request.getMemberID(), request.getAlarm(), Alarm.RaisedBy.OPERATOR);
    if (request.getAction() == AlarmRequest.AlarmAction.ACTIVATE && alarm.isKnown()) {
      raise(alarm);
      response.addAlarms(alarm.toMember());
    } else if (request.getAction() == AlarmRequest.AlarmAction.DEACTIVATE
        && alarms.find(alarm.memberId(), alarm.type()).isPresent()) {
      lower(alarm);
      response.addAlarms(alarm.toMember());
    }
    return response.build();
  }

  private Message space(SpaceReport report) {
    Alarm alarm = new Alarm(report.getMemberId(), AlarmType.NOSPACE, Alarm.RaisedBy.MEMBER);
    Optional<Alarm> active = alarms.find(alarm.memberId(), alarm.type());
    if (report.getFull()) {
      raise(alarm);
    } else if (active.isPresent() && active.get().raisedBy() == Alarm.RaisedBy.MEMBER) {
      lower(alarm);
    }
    return done();
  }

  /** Changes users and roles: they aren't keys, and make no revision. */
  private Message authorise(KvCommand command) {
    AuthState after = AuthChange.of(command, auth);
    if (after != auth) {
      AuthTable.store(rows, auth, after);
      auth = after;
    }
    return done();
  }

  /** One that is active already stays as it is, whoever raised it. */
  private void raise(Alarm alarm) {
    if (alarms.find(alarm.memberId(), alarm.type()).isEmpty()) {
      AlarmTable.store(rows, alarm);
      alarms = alarms.with(alarm);
    }
  }

  private void lower(Alarm alarm) {
    AlarmTable.remove(rows, alarm);
    alarms = alarms.without(alarm);
  }

  /** Two members may have found no job at the same time: the one that comes later is refused here. */
  private Message downgrade(DowngradeInfo wanted) {
    boolean isEnabled = rows.get(Tables.DOWNGRADE) != null;
    if (wanted.getEnabled() == isEnabled) {
      throw (isEnabled ? KvError.DOWNGRADE_IN_PROGRESS : KvError.NO_DOWNGRADE).exception();
    }
    if (wanted.getEnabled()) {
      rows.put(Tables.DOWNGRADE, wanted.toByteArray());
    } else {
      rows.delete(Tables.DOWNGRADE);
    }
    return done();
  }

  /** Nothing of it is stored: tokens live in the members' memories, by their clocks. */
  private Message issue(TokenIssue token) {
    if (!auth.enabled()) {
      throw KvError.AUTH_NOT_ENABLED.exception();
    }
    Caller caller =
        Caller.newBuilder()
            .setUser(token.getUser())
            .setAuthRevision(token.getAuthRevision())
            .build();
    if (!auth.trusts(caller)) {
      throw KvError.AUTH_FAILED.exception();
    }
    notices.add(listener -> listener.onTokenIssued(token));
    return done();
  }

  private Message done() {
    return CommandDone.newBuilder().setHeader(header()).build();
  }

  private ResponseHeader header() {
    return ResponseHeader.newBuilder().setRevision(revision).build();
  }
}
