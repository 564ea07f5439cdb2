package io.balsa.examples.chaos.fault;

import io.balsa.examples.chaos.cluster.ChaosCluster;
import io.balsa.examples.process.Await;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.MemberSpec;
import io.balsa.kv.proto.ClusterGrpc.ClusterBlockingStub;
import io.balsa.kv.proto.Member;
import io.balsa.kv.proto.MemberAddRequest;
import io.balsa.kv.proto.MemberListRequest;
import io.balsa.kv.proto.MemberPromoteRequest;
import io.balsa.kv.proto.MemberRemoveRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Changes of membership through etcd's API, by any member that does it, until the list of members says that it is done. A call
 * that failed may have been carried out, so only the list counts. The nemesis' thread.
 */
final class Membership {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final World world;

  Membership(World world) {
    this.world = world;
  }

  /** It is no member when this returns. */
  void remove(MemberSpec member) {
    change(
        "remove " + member.name(),
        member,
        found -> found.isEmpty(),
        (stub, found) ->
            found.ifPresent(
                is -> {
                  var unused =
                      stub.memberRemove(MemberRemoveRequest.newBuilder().setID(is.getID()).build());
                }));
  }

  /** It is a member, though it doesn't run yet, when this returns. */
  void add(MemberSpec member, boolean learner) {
    MemberAddRequest request =
        MemberAddRequest.newBuilder()
            .addPeerURLs(world.cluster().spec().peerUrl(member))
            .setIsLearner(learner)
            .build();
    change(
        "add " + member.name(),
        member,
        Optional::isPresent,
        (stub, found) -> {
          var unused = stub.memberAdd(request);
        });
  }

  /** It has a vote when this returns. It must be running. */
  void promote(MemberSpec member) {
    change(
        "promote " + member.name(),
        member,
        found -> found.filter(is -> !is.getIsLearner()).isPresent(),
        (stub, found) ->
            found.ifPresent(
                is -> {
                  var unused =
                      stub.memberPromote(
                          MemberPromoteRequest.newBuilder().setID(is.getID()).build());
                }));
  }

  /** One call, given what the list says of the member. */
  @FunctionalInterface
  private interface Attempt {
    void by(ClusterBlockingStub stub, Optional<Member> found);
  }

  private void change(
      String what, MemberSpec member, Predicate<Optional<Member>> done, Attempt attempt) {
    String[] why = {"nobody answers"};
    Consumer<StatusRuntimeException> note = e -> why[0] = String.valueOf(e.getStatus());
    boolean changed =
        Await.holds(
            PATIENCE, () -> tried(member, done, attempt, note) || world.cluster().isClosed());
    if (!changed) {
      throw new ExampleException(
          "couldn't " + what + " within " + PATIENCE.toSeconds() + " s: " + why[0]);
    }
  }

  private boolean tried(
      MemberSpec member,
      Predicate<Optional<Member>> done,
      Attempt attempt,
      Consumer<StatusRuntimeException> note) {
    List<MemberSpec> others =
        world.members().stream().filter(other -> !other.equals(member)).toList();
    // Those that were armed with a failpoint may have died since; a change needs a majority.
    others.forEach(other -> world.cluster().launch(other, ChaosCluster.Start.PLAIN));
    for (MemberSpec other : others) {
      try {
        world.calls(other).nudge();
        Optional<Member> found = find(other, member);
        if (done.test(found)) {
          return true;
        }
        attempt.by(world.calls(other).cluster(), found);
        return done.test(find(other, member));
      } catch (StatusRuntimeException e) {
        note.accept(e);
      }
    }
    return false;
  }

  private Optional<Member> find(MemberSpec asked, MemberSpec member) {
    String url = world.cluster().spec().peerUrl(member);
    return world
        .calls(asked)
        .cluster()
        .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
        .getMembersList()
        .stream()
        .filter(is -> is.getPeerURLsList().contains(url))
        .findFirst();
  }
}
