package io.balsa.examples.chaos.fault;

import static io.balsa.examples.chaos.fault.ProcessFaults.fault;

import io.balsa.examples.chaos.cluster.ChaosCluster.Start;
import io.balsa.examples.process.MemberSpec;
import io.balsa.kv.failpoint.KvFailpoint;
import io.balsa.raft.failpoint.Failpoint;
import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.failpoint.RaftFailpoint;
import io.balsa.raft.storage.rocksdb.RocksFailpoint;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Faults at chosen points of the code. Stateless. */
public final class FailpointFaults {
  /** Those that a member on RocksDB can come to. */
  private static final List<Failpoint> POINTS =
      Stream.<Failpoint>concat(
              Arrays.stream(RaftFailpoint.values()),
              Stream.concat(
                  Arrays.stream(RocksFailpoint.values()), Arrays.stream(KvFailpoint.values())))
          .filter(point -> !point.name().startsWith("FILE_LOG_"))
          .toList();

  private FailpointFaults() {}

  static List<Fault> all() {
    return List.of(
        fault(
            "failpoint",
            "a member dies, waits or fails at a chosen point of its code",
            FailpointFaults::failpoint));
  }

  /** What arms one point, chosen by chance, with an action and a time chosen by chance. */
  public static Start armed(SplittableRandom random) {
    return start(arming(random));
  }

  private static Start start(String arming) {
    return new Start(List.of("-D" + Failpoints.PROPERTY + "=" + arming), Map.of());
  }

  private static String arming(SplittableRandom random) {
    Failpoint point = World.any(random, POINTS);
    // Early times are common, late ones rare: from the first to about the four hundredth.
    long time = Math.round(Math.pow(400, random.nextDouble()));
    return switch (random.nextInt(6)) {
      case 0 -> point.name() + "=delay:" + random.nextInt(100, 3_000) + "@" + time;
      case 1 -> point.name() + "=fail@" + time;
      default -> point.name() + "=crash@" + time;
    };
  }

  private static Fault.Strike failpoint(World world, SplittableRandom random) {
    MemberSpec victim = world.victim(random);
    String arming = arming(random);
    String what = world.text(victim) + " " + arming;
    world.cluster().kill(victim);
    world.cluster().launch(victim, start(arming));
    return new Fault.Strike(
        what,
        World.between(random, 6_000, 12_000),
        () -> {
          boolean died = !world.cluster().isRunning(victim);
          world.log(victim.name() + " " + arming + (died ? ": has ended" : ": goes on"));
          world.cluster().kill(victim); // It mustn't strike later, in calm weather.
        });
  }
}
