package io.balsa.examples.bench.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.FreePorts;
import io.balsa.kv.proto.MaintenanceGrpc;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.StatusRequest;
import io.balsa.kv.proto.StatusResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is taken for the leader, and what happens where nobody is. */
class ConnectionsTest {
  private static final long FOLLOWER = 7;
  private static final long LEADER = 8;
  private static final long NONE = 0;

  private final List<Server> servers = new ArrayList<>();

  @AfterEach
  void end() {
    servers.forEach(Server::shutdownNow);
  }

  @Test
  void theLeaderIsFoundPastAMemberThatIsDownAndOneThatFollows() throws IOException {
    InetSocketAddress leader = member(LEADER, LEADER);

    assertThat(Connections.leader(List.of(down(), member(FOLLOWER, LEADER), leader)))
        .isEqualTo(leader);
  }

  @Test
  void aMemberIsNoLeaderBecauseNobodyIs() throws IOException {
    List<InetSocketAddress> members = List.of(member(FOLLOWER, NONE), down());

    assertThatThrownBy(() -> Connections.leader(members))
        .isInstanceOf(ExampleException.class)
        .hasMessage("no member says that it leads");
  }

  private static InetSocketAddress down() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePorts.take(1).get(0));
  }

  private InetSocketAddress member(long self, long leader) throws IOException {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Member(self, leader))
            .build()
            .start();
    servers.add(server);
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
  }

  /** Says who leads. */
  private static final class Member extends MaintenanceGrpc.MaintenanceImplBase {
    private final StatusResponse status;

    Member(long self, long leader) {
      status =
          StatusResponse.newBuilder()
              .setHeader(ResponseHeader.newBuilder().setMemberId(self))
              .setLeader(leader)
              .build();
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> answer) {
      answer.onNext(status);
      answer.onCompleted();
    }
  }
}
