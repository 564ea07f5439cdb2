package io.balsa.examples.client;

import com.google.protobuf.ByteString;
import io.balsa.examples.process.Await;
import io.balsa.examples.process.MemberSpec;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.StatusResponse;
import io.grpc.StatusRuntimeException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One client per member, and the questions that concern all of them. Thread-safe. */
public final class ClusterClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Map<MemberSpec, EtcdClient> clients = new LinkedHashMap<>();

  /**
   * @param timeout of each call
   */
  public ClusterClient(List<MemberSpec> members, Duration timeout) {
    for (MemberSpec member : members) {
      InetSocketAddress address = new InetSocketAddress(MemberSpec.HOST, member.clientPort());
      clients.put(member, EtcdClient.connect(address, timeout));
    }
  }

  public EtcdClient to(MemberSpec member) {
    EtcdClient client = clients.get(member);
    if (client == null) {
      throw new IllegalArgumentException(member.name() + " isn't a member");
    }
    return client;
  }

  /** Waits until there is a connection to the member, which may have been away: calls would fail at once before. */
  public EtcdClient awaitConnected(MemberSpec member) {
    EtcdClient client = to(member);
    Await.until("connected to " + member.name(), PATIENCE, client::isConnected);
    return client;
  }

  /** Waits until a member says of itself that it leads, and says which. */
  public MemberSpec awaitLeader() {
    Await.until("a member leads", PATIENCE, () -> leader().isPresent());
    return leader().orElseGet(this::awaitLeader);
  }

  /** The member that says of itself that it leads. */
  public Optional<MemberSpec> leader() {
    return clients.keySet().stream().filter(this::leads).findFirst();
  }

  /**
   * Waits until the member has the revision, and returns everything that it has then, at that revision, by itself: no other
   * member is asked.
   */
  public Contents awaitContents(MemberSpec member, long revision) {
    EtcdClient client = to(member);
    Await.until(
        member.name() + " has revision " + revision,
        PATIENCE,
        () -> ownRevision(client) >= revision);
    return client.contents(true, revision);
  }

  /** How the member is, unless it doesn't answer. */
  public Optional<StatusResponse> status(MemberSpec member) {
    try {
      return Optional.of(to(member).status());
    } catch (StatusRuntimeException e) {
      return Optional.empty(); // Down, or not up yet: that is the answer.
    }
  }

  @Override
  public void close() {
    clients.values().forEach(EtcdClient::close);
  }

  private boolean leads(MemberSpec member) {
    return status(member)
        .filter(status -> status.getLeader() == status.getHeader().getMemberId())
        .isPresent();
  }

  private static long ownRevision(EtcdClient client) {
    RangeRequest anyKey =
        RangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("any"))
            .setSerializable(true)
            .build();
    try {
      return client.range(anyKey).getHeader().getRevision();
    } catch (StatusRuntimeException e) {
      return -1; // Not up yet: not there yet.
    }
  }
}
