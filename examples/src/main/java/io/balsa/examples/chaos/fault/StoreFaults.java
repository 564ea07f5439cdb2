package io.balsa.examples.chaos.fault;

import static io.balsa.examples.chaos.fault.ProcessFaults.fault;

import io.balsa.examples.process.MemberSpec;
import io.balsa.kv.proto.AlarmRequest;
import io.balsa.kv.proto.AlarmType;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.DefragmentRequest;
import io.balsa.kv.proto.MoveLeaderRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** What an operator may do at a bad moment: move leadership about, compact, defragment, raise an alarm. Stateless. */
final class StoreFaults {
  private static final Duration DEFRAGMENT_PATIENCE = Duration.ofSeconds(20);

  private StoreFaults() {}

  static List<Fault> all() {
    return List.of(
        fault("transfer", "leadership is moved every 50 ms or so", StoreFaults::transfer),
        fault(
            "compact", "history is compacted, and all members defragmented", StoreFaults::compact),
        fault("nospace", "the alarm that refuses writes is raised", StoreFaults::nospace));
  }

  private static Fault.Strike transfer(World world, SplittableRandom random) {
    int moves = random.nextInt(10, 60);
    int done = 0;
    for (int i = 0; i < moves; i++) {
      MemberSpec target = World.any(random, world.members());
      if (world.leader().filter(leader -> move(world, leader, target)).isPresent()) {
        done++;
      }
      world.rest(World.between(random, 10, 100));
    }
    return new Fault.Strike(done + " of " + moves + " moves done", Duration.ZERO, () -> {});
  }

  private static boolean move(World world, MemberSpec leader, MemberSpec target) {
    try {
      long id = world.status(target).map(status -> status.getHeader().getMemberId()).orElse(0L);
      MoveLeaderRequest request = MoveLeaderRequest.newBuilder().setTargetID(id).build();
      var unused = world.calls(leader).maintenance().moveLeader(request);
      return true;
    } catch (StatusRuntimeException e) {
      return false; // Not the leader any more, or not in time: that happens in a storm.
    }
  }

  private static Fault.Strike compact(World world, SplittableRandom random) {
    long revision = world.safeRevision();
    String compacted = "up to " + revision;
    try {
      CompactionRequest request =
          CompactionRequest.newBuilder()
              .setRevision(revision)
              .setPhysical(random.nextBoolean())
              .build();
      var unused = world.calls(World.any(random, world.members())).kv().compact(request);
    } catch (StatusRuntimeException e) {
      compacted = "not: " + e.getStatus().getDescription();
    }
    int defragmented = 0;
    for (MemberSpec member : world.members()) {
      try {
        var unused =
            world
                .calls(member)
                .maintenance(DEFRAGMENT_PATIENCE)
                .defragment(DefragmentRequest.getDefaultInstance());
        defragmented++;
      } catch (StatusRuntimeException e) {
        world.log(member.name() + " wasn't defragmented: " + e.getStatus());
      }
    }
    return new Fault.Strike(
        compacted + ", " + defragmented + " defragmented", Duration.ZERO, () -> {});
  }

  private static Fault.Strike nospace(World world, SplittableRandom random) {
    MemberSpec member = World.any(random, world.members());
    setAlarm(world, member, AlarmRequest.AlarmAction.ACTIVATE);
    return new Fault.Strike(
        "at " + member.name(),
        World.between(random, 500, 3_000),
        () ->
            world.members().forEach(m -> setAlarm(world, m, AlarmRequest.AlarmAction.DEACTIVATE)));
  }

  private static void setAlarm(World world, MemberSpec member, AlarmRequest.AlarmAction action) {
    try {
      long id = world.status(member).map(status -> status.getHeader().getMemberId()).orElse(0L);
      AlarmRequest request =
          AlarmRequest.newBuilder()
              .setAction(action)
              .setAlarm(AlarmType.NOSPACE)
              .setMemberID(id)
              .build();
      var unused = world.calls(member).maintenance().alarm(request);
    } catch (StatusRuntimeException e) {
      world.log("alarm at " + member.name() + ": " + action + " failed: " + e.getStatus());
    }
  }
}
