package io.balsa.kv.differential;

import com.google.protobuf.Message;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.LeaseGrpc;
import io.grpc.MethodDescriptor;

/** What can be asked for. A renewal is one request on a stream of its own; a watch goes to one of the client's streams. */
enum Call {
  RANGE(KVGrpc.getRangeMethod()),
  PUT(KVGrpc.getPutMethod()),
  DELETE_RANGE(KVGrpc.getDeleteRangeMethod()),
  TXN(KVGrpc.getTxnMethod()),
  COMPACT(KVGrpc.getCompactMethod()),
  LEASE_GRANT(LeaseGrpc.getLeaseGrantMethod()),
  LEASE_REVOKE(LeaseGrpc.getLeaseRevokeMethod()),
  LEASE_KEEP_ALIVE(LeaseGrpc.getLeaseKeepAliveMethod()),
  LEASE_TIME_TO_LIVE(LeaseGrpc.getLeaseTimeToLiveMethod()),
  LEASE_LEASES(LeaseGrpc.getLeaseLeasesMethod()),
  WATCH(io.balsa.kv.proto.WatchGrpc.getWatchMethod());

  private final MethodDescriptor<? extends Message, ? extends Message> method;

  Call(MethodDescriptor<? extends Message, ? extends Message> method) {
    this.method = method;
  }

  /** For requests of this call's own type only. */
  @SuppressWarnings("unchecked")
  MethodDescriptor<Message, Message> method() {
    return (MethodDescriptor<Message, Message>) method;
  }
}
