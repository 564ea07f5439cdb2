package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which calls there are: those that reflection tells of, and none beside them. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ServedCallsTest {
  private TestCluster cluster;
  private MemberClient client;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    cluster = TestCluster.start(dir, 1);
    client = new MemberClient(cluster, 0);
  }

  @AfterAll
  void stop() {
    client.close();
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "etcdserverpb.KV/NoSuchMethod",
        "etcdserverpb.NoSuchService/Range",
        "no.such.package.Service/Method"
      })
  void aCallThatIsUnknownIsUnimplemented(String method) {
    MethodDescriptor<RangeRequest, RangeResponse> unknown =
        MethodDescriptor.<RangeRequest, RangeResponse>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(method)
            .setRequestMarshaller(ProtoUtils.marshaller(RangeRequest.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(RangeResponse.getDefaultInstance()))
            .build();
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS);
    assertThatThrownBy(
            () ->
                ClientCalls.blockingUnaryCall(
                    client.channel(), unknown, options, RangeRequest.getDefaultInstance()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
  }

  @Test
  void reflectionTellsOfEveryService() throws Exception {
    ServerReflectionResponse answer =
        ask(ServerReflectionRequest.newBuilder().setListServices("*").build());
    assertThat(answer.getListServicesResponse().getServiceList())
        .extracting(ServiceResponse::getName)
        .contains(
            "etcdserverpb.KV",
            "etcdserverpb.Watch",
            "etcdserverpb.Lease",
            "etcdserverpb.Cluster",
            "etcdserverpb.Maintenance",
            "v3lockpb.Lock",
            "v3electionpb.Election",
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection");
  }

  @Test
  void reflectionGivesTheDefinitionOfAService() throws Exception {
    ServerReflectionResponse answer =
        ask(
            ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("v3electionpb.Election")
                .build());
    FileDescriptorProto file =
        FileDescriptorProto.parseFrom(answer.getFileDescriptorResponse().getFileDescriptorProto(0));
    assertThat(file.getServiceList())
        .extracting(ServiceDescriptorProto::getName)
        .containsExactly("Election");
  }

  private ServerReflectionResponse ask(ServerReflectionRequest request) throws Exception {
    BlockingQueue<ServerReflectionResponse> answers = new LinkedBlockingQueue<>();
    var requests =
        ServerReflectionGrpc.newStub(client.channel())
            .serverReflectionInfo(new QueueingObserver<>(answers));
    requests.onNext(request);
    ServerReflectionResponse answer = answers.poll(30, TimeUnit.SECONDS);
    requests.onCompleted();
    assertThat(answer).as("the answer to %s", request).isNotNull();
    return answer;
  }
}
