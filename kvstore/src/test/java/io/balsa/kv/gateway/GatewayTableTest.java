package io.balsa.kv.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.proto.AuthGrpc;
import io.balsa.kv.proto.ClusterGrpc;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.LeaseGrpc;
import io.balsa.kv.proto.MaintenanceGrpc;
import io.balsa.kv.proto.WatchGrpc;
import io.balsa.kv.proto.election.ElectionGrpc;
import io.balsa.kv.proto.lock.LockGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class GatewayTableTest {

  @Test
  void everyCallOfTheApiHasAPathExceptTheOneThatEtcdGaveNone() {
    Set<String> calls =
        Stream.of(
                KVGrpc.getServiceDescriptor(),
                WatchGrpc.getServiceDescriptor(),
                LeaseGrpc.getServiceDescriptor(),
                ClusterGrpc.getServiceDescriptor(),
                MaintenanceGrpc.getServiceDescriptor(),
                AuthGrpc.getServiceDescriptor(),
                LockGrpc.getServiceDescriptor(),
                ElectionGrpc.getServiceDescriptor())
            .map(ServiceDescriptor::getMethods)
            .flatMap(methods -> methods.stream().map(MethodDescriptor::getFullMethodName))
            .collect(Collectors.toSet());
    Set<String> reachable =
        GatewayTable.all().values().stream()
            .map(method -> method.descriptor().getFullMethodName())
            .collect(Collectors.toSet());
    calls.remove("etcdserverpb.KV/RangeStream");
    assertThat(reachable).isEqualTo(calls);
  }

  @Test
  void pathsAreBelowTheVersionOfTheApi() {
    assertThat(GatewayTable.all().keySet()).allMatch(path -> path.startsWith("/v3/"));
    assertThat(GatewayTable.find("/v3/kv/range/")).isEmpty();
  }
}
