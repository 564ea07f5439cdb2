package io.balsa.kv.access;

import com.google.protobuf.ByteString;
import io.balsa.kv.auth.Access;
import io.balsa.kv.model.KeyRange;
import io.balsa.kv.proto.AlarmRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.election.CampaignRequest;
import io.balsa.kv.proto.election.LeaderRequest;
import io.balsa.kv.proto.election.ProclaimRequest;
import io.balsa.kv.proto.election.ResignRequest;
import io.balsa.kv.proto.lock.LockRequest;
import io.balsa.kv.proto.lock.UnlockRequest;
import io.balsa.raft.model.Bytes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * What each call asks of its caller while authentication is on. A call that isn't named here is for nobody. Immutable; any
 * thread.
 */
final class CallRules {
  /*
   * Where a call is judged:
   *
   *   open      nowhere: to log in one can't be logged in, and to ask for health one needn't
   *   user      here: whoever has a token
   *   root      here: the call looks at or changes this member
   *   by what   here: it depends on the request
   *   later     here only that there is a token. Commands are judged where they are applied, by the users and roles at
   *             that place of the log; reads on the view that they read from; what is asked about users and roles by
   *             those that it is answered from
   *   watches   each watch of the stream by itself: a stream has room for allowed and refused ones
   */
  private static final Map<String, Rule> RULES = new HashMap<>();

  /** What the rules say about one call. */
  enum Kind {
    OPEN,
    JUDGED_HERE,
    WATCHES
  }

  /**
   * One rule.
   *
   * @param check throws if the caller may not make this request
   */
  record Rule(Kind kind, BiConsumer<Access, Object> check) {}

  private static final Rule OPEN = new Rule(Kind.OPEN, (access, request) -> {});
  private static final Rule USER = new Rule(Kind.JUDGED_HERE, (access, request) -> {});
  private static final Rule LATER = USER;
  private static final Rule ROOT = judged(Object.class, (access, request) -> access.requireRoot());
  private static final Rule WATCHES = new Rule(Kind.WATCHES, (access, request) -> {});

  static {
    rule("etcdserverpb.KV", LATER, "Range", "Put", "DeleteRange", "Txn", "Compact");
    rule("etcdserverpb.KV", judged(RangeRequest.class, Access::range), "RangeStream");
    rule("etcdserverpb.Watch", WATCHES, "Watch");
    rule(
        "etcdserverpb.Lease", LATER, "LeaseGrant", "LeaseRevoke", "LeaseTimeToLive", "LeaseLeases");
    rule("etcdserverpb.Lease", USER, "LeaseKeepAlive");
    rule("etcdserverpb.Cluster", USER, "MemberList");
    rule(
        "etcdserverpb.Cluster", ROOT, "MemberAdd", "MemberRemove", "MemberUpdate", "MemberPromote");
    rule("etcdserverpb.Maintenance", USER, "Status");
    rule("etcdserverpb.Maintenance", judged(AlarmRequest.class, CallRules::alarm), "Alarm");
    rule(
        "etcdserverpb.Maintenance",
        ROOT,
        "Defragment",
        "Hash",
        "HashKV",
        "Snapshot",
        "MoveLeader",
        "Downgrade");
    rule("etcdserverpb.Auth", OPEN, "Authenticate", "AuthStatus");
    rule(
        "etcdserverpb.Auth",
        LATER,
        "AuthEnable",
        "AuthDisable",
        "UserAdd",
        "UserGet",
        "UserList",
        "UserDelete",
        "UserChangePassword",
        "UserGrantRole",
        "UserRevokeRole",
        "RoleAdd",
        "RoleGet",
        "RoleList",
        "RoleDelete",
        "RoleGrantPermission",
        "RoleRevokePermission");
    lockAndElection();
    rule("grpc.health.v1.Health", OPEN, "Check", "Watch", "List");
    rule("grpc.reflection.v1.ServerReflection", OPEN, "ServerReflectionInfo");
    rule("grpc.reflection.v1alpha.ServerReflection", OPEN, "ServerReflectionInfo");
  }

  private CallRules() {}

  /** Who waits in a queue writes a key under its name and reads those of the others. */
  private static void lockAndElection() {
    rule(
        "v3lockpb.Lock",
        judged(LockRequest.class, (access, request) -> queue(access, request.getName())),
        "Lock");
    rule(
        "v3lockpb.Lock",
        judged(UnlockRequest.class, (access, request) -> writeKey(access, request.getKey())),
        "Unlock");
    rule(
        "v3electionpb.Election",
        judged(CampaignRequest.class, (access, request) -> queue(access, request.getName())),
        "Campaign");
    rule(
        "v3electionpb.Election",
        judged(
            ProclaimRequest.class,
            (access, request) -> writeKey(access, request.getLeader().getKey())),
        "Proclaim");
    rule(
        "v3electionpb.Election",
        judged(
            ResignRequest.class,
            (access, request) -> writeKey(access, request.getLeader().getKey())),
        "Resign");
    rule(
        "v3electionpb.Election",
        judged(LeaderRequest.class, (access, request) -> readQueue(access, request.getName())),
        "Leader",
        "Observe");
  }

  private static void rule(String service, Rule rule, String... methods) {
    for (String method : List.of(methods)) {
      RULES.put(service + "/" + method, rule);
    }
  }

  private static <T> Rule judged(Class<T> type, BiConsumer<Access, T> check) {
    return new Rule(
        Kind.JUDGED_HERE, (access, request) -> check.accept(access, type.cast(request)));
  }

  /**
   * @param method as gRPC names it: service, slash, method
   */
  static Optional<Rule> of(String method) {
    return Optional.ofNullable(RULES.get(method));
  }

  /** Everybody may ask which alarms there are. */
  private static void alarm(Access access, AlarmRequest request) {
    if (request.getAction() != AlarmRequest.AlarmAction.GET) {
      access.requireRoot();
    }
  }

  private static void queue(Access access, ByteString name) {
    readQueue(access, name);
    KeyRange keys = keysOf(name);
    access.write(bytes(keys.key()), bytes(keys.end()));
  }

  private static void readQueue(Access access, ByteString name) {
    KeyRange keys = keysOf(name);
    access.read(bytes(keys.key()), bytes(keys.end()));
  }

  private static KeyRange keysOf(ByteString name) {
    return KeyRange.prefix(Bytes.wrap(name.concat(ByteString.copyFromUtf8("/")).toByteArray()));
  }

  private static ByteString bytes(Bytes bytes) {
    return ByteString.copyFrom(bytes.toByteArray());
  }

  private static void writeKey(Access access, ByteString key) {
    access.write(key, ByteString.EMPTY);
  }
}
