package io.balsa.kv.gateway;

import com.google.protobuf.Message;
import io.balsa.kv.proto.AuthGrpc;
import io.balsa.kv.proto.ClusterGrpc;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.LeaseGrpc;
import io.balsa.kv.proto.MaintenanceGrpc;
import io.balsa.kv.proto.WatchGrpc;
import io.balsa.kv.proto.election.ElectionGrpc;
import io.balsa.kv.proto.lock.LockGrpc;
import io.grpc.MethodDescriptor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which path is which call: etcd's. What is named here and served by nobody is answered as gRPC answers it, as unimplemented.
 */
final class GatewayTable {
  private static final Map<String, GatewayMethod> METHODS = new HashMap<>();

  static {
    post("/v3/kv/range", KVGrpc.getRangeMethod());
    post("/v3/kv/put", KVGrpc.getPutMethod());
    post("/v3/kv/deleterange", KVGrpc.getDeleteRangeMethod());
    post("/v3/kv/txn", KVGrpc.getTxnMethod());
    post("/v3/kv/compaction", KVGrpc.getCompactMethod());

    // etcd's own gateway leaves it open, too: the end of the requests is the end of a watch.
    METHODS.put("/v3/watch", GatewayMethod.of(WatchGrpc.getWatchMethod(), true));

    post("/v3/lease/grant", LeaseGrpc.getLeaseGrantMethod());
    post("/v3/lease/revoke", LeaseGrpc.getLeaseRevokeMethod());
    post("/v3/lease/keepalive", LeaseGrpc.getLeaseKeepAliveMethod());
    post("/v3/lease/timetolive", LeaseGrpc.getLeaseTimeToLiveMethod());
    post("/v3/lease/leases", LeaseGrpc.getLeaseLeasesMethod());
    post("/v3/kv/lease/revoke", LeaseGrpc.getLeaseRevokeMethod());
    post("/v3/kv/lease/timetolive", LeaseGrpc.getLeaseTimeToLiveMethod());
    post("/v3/kv/lease/leases", LeaseGrpc.getLeaseLeasesMethod());

    post("/v3/cluster/member/add", ClusterGrpc.getMemberAddMethod());
    post("/v3/cluster/member/remove", ClusterGrpc.getMemberRemoveMethod());
    post("/v3/cluster/member/update", ClusterGrpc.getMemberUpdateMethod());
    post("/v3/cluster/member/list", ClusterGrpc.getMemberListMethod());
    post("/v3/cluster/member/promote", ClusterGrpc.getMemberPromoteMethod());

    post("/v3/maintenance/alarm", MaintenanceGrpc.getAlarmMethod());
    post("/v3/maintenance/status", MaintenanceGrpc.getStatusMethod());
    post("/v3/maintenance/defragment", MaintenanceGrpc.getDefragmentMethod());
    post("/v3/maintenance/hash", MaintenanceGrpc.getHashMethod());
    post("/v3/maintenance/hashkv", MaintenanceGrpc.getHashKVMethod());
    post("/v3/maintenance/snapshot", MaintenanceGrpc.getSnapshotMethod());
    post("/v3/maintenance/transfer-leadership", MaintenanceGrpc.getMoveLeaderMethod());
    post("/v3/maintenance/downgrade", MaintenanceGrpc.getDowngradeMethod());

    post("/v3/auth/enable", AuthGrpc.getAuthEnableMethod());
    post("/v3/auth/disable", AuthGrpc.getAuthDisableMethod());
    post("/v3/auth/status", AuthGrpc.getAuthStatusMethod());
    post("/v3/auth/authenticate", AuthGrpc.getAuthenticateMethod());
    post("/v3/auth/user/add", AuthGrpc.getUserAddMethod());
    post("/v3/auth/user/get", AuthGrpc.getUserGetMethod());
    post("/v3/auth/user/list", AuthGrpc.getUserListMethod());
    post("/v3/auth/user/delete", AuthGrpc.getUserDeleteMethod());
    post("/v3/auth/user/changepw", AuthGrpc.getUserChangePasswordMethod());
    post("/v3/auth/user/grant", AuthGrpc.getUserGrantRoleMethod());
    post("/v3/auth/user/revoke", AuthGrpc.getUserRevokeRoleMethod());
    post("/v3/auth/role/add", AuthGrpc.getRoleAddMethod());
    post("/v3/auth/role/get", AuthGrpc.getRoleGetMethod());
    post("/v3/auth/role/list", AuthGrpc.getRoleListMethod());
    post("/v3/auth/role/delete", AuthGrpc.getRoleDeleteMethod());
    post("/v3/auth/role/grant", AuthGrpc.getRoleGrantPermissionMethod());
    post("/v3/auth/role/revoke", AuthGrpc.getRoleRevokePermissionMethod());

    post("/v3/lock/lock", LockGrpc.getLockMethod());
    post("/v3/lock/unlock", LockGrpc.getUnlockMethod());

    post("/v3/election/campaign", ElectionGrpc.getCampaignMethod());
    post("/v3/election/proclaim", ElectionGrpc.getProclaimMethod());
    post("/v3/election/leader", ElectionGrpc.getLeaderMethod());
    post("/v3/election/observe", ElectionGrpc.getObserveMethod());
    post("/v3/election/resign", ElectionGrpc.getResignMethod());
  }

  private GatewayTable() {}

  private static void post(
      String path, MethodDescriptor<? extends Message, ? extends Message> method) {
    METHODS.put(path, GatewayMethod.of(method, false));
  }

  static Optional<GatewayMethod> find(String path) {
    return Optional.ofNullable(METHODS.get(path));
  }

  /** Every path, for tests. */
  static Map<String, GatewayMethod> all() {
    return Map.copyOf(METHODS);
  }
}
