package io.balsa.examples.cluster;

import io.balsa.examples.client.EtcdClient;
import io.balsa.examples.process.Await;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.Health;
import io.balsa.examples.process.MemberSpec;
import io.balsa.kv.proto.Member;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** What the commands that change who the members are share: whom they ask, and how they show the outcome. Stateless. */
final class Membership {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final List<String> HEADINGS =
      List.of("id", "status", "name", "peer", "client", "learner");

  private Membership() {}

  /**
   * A client of a healthy member, of another one than {@code not} if there is any. While a leader is being elected nobody is
   * healthy, so it waits a while.
   *
   * @throws ExampleException if no member becomes healthy
   */
  static EtcdClient ask(ClusterState state, MemberSpec not) {
    boolean unused = Await.holds(TIMEOUT, () -> !healthy(state).isEmpty());
    List<MemberSpec> healthy = healthy(state);
    MemberSpec asked =
        healthy.stream()
            .filter(member -> !member.equals(not))
            .findFirst()
            .or(() -> healthy.stream().findFirst())
            .orElseThrow(
                () -> new ExampleException("no member is healthy: a majority must run first"));
    return EtcdClient.connect(new InetSocketAddress(MemberSpec.HOST, asked.clientPort()), TIMEOUT);
  }

  private static List<MemberSpec> healthy(ClusterState state) {
    return state.spec().members().stream()
        .filter(state::isRunning)
        .filter(Health::isHealthy)
        .toList();
  }

  /** The cluster's own idea of a member. */
  static Member find(EtcdClient client, MemberSpec member) {
    return client.members().stream()
        .filter(known -> known.getPeerURLsList().contains(member.peerUrl()))
        .findFirst()
        .orElseThrow(
            () -> new ExampleException("the cluster knows no member at " + member.peerUrl()));
  }

  static void print(List<Member> members, PrintWriter out) {
    Table table = new Table(HEADINGS);
    members.forEach(
        member ->
            table.add(
                List.of(
                    Long.toHexString(member.getID()),
                    member.getName().isEmpty() ? "unstarted" : "started",
                    member.getName(),
                    String.join(",", member.getPeerURLsList()),
                    String.join(",", member.getClientURLsList()),
                    member.getIsLearner())));
    table.print(out, false);
  }
}
