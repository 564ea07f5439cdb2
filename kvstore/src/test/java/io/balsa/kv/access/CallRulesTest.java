package io.balsa.kv.access;

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
import io.grpc.health.v1.HealthGrpc;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class CallRulesTest {
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          KVGrpc.getServiceDescriptor(),
          WatchGrpc.getServiceDescriptor(),
          LeaseGrpc.getServiceDescriptor(),
          ClusterGrpc.getServiceDescriptor(),
          MaintenanceGrpc.getServiceDescriptor(),
          AuthGrpc.getServiceDescriptor(),
          LockGrpc.getServiceDescriptor(),
          ElectionGrpc.getServiceDescriptor(),
          HealthGrpc.getServiceDescriptor());

  @Test
  void everyCallHasARuleAndOneThatHasNoneIsForNobody() {
    assertThat(methods().filter(method -> CallRules.of(method).isEmpty())).isEmpty();
    assertThat(CallRules.of("etcdserverpb.KV/Erase")).isEmpty();
  }

  @Test
  void whoIsNotLoggedInMayLogInAndAskForHealth() {
    assertThat(
            methods()
                .filter(method -> CallRules.of(method).orElseThrow().kind() == CallRules.Kind.OPEN))
        .containsExactlyInAnyOrder(
            "etcdserverpb.Auth/Authenticate",
            "etcdserverpb.Auth/AuthStatus",
            "grpc.health.v1.Health/Check",
            "grpc.health.v1.Health/Watch");
  }

  private static Stream<String> methods() {
    return SERVICES.stream()
        .flatMap(service -> service.getMethods().stream())
        .map(MethodDescriptor::getFullMethodName);
  }
}
