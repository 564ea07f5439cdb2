package io.balsa.examples.chaos.fault;

import io.balsa.examples.chaos.cluster.ChaosCluster.Start;
import io.balsa.examples.process.MemberSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** Faults of clocks. Stateless. */
final class ClockFaults {
  private ClockFaults() {}

  static List<Fault> all() {
    return List.of(new Offset());
  }

  /** Restarts a member with a wall clock that is far off. */
  private static final class Offset implements Fault {
    private static final List<String> OFFSETS =
        List.of("-3650d", "-1h", "-30s", "+30s", "+1h", "+3650d");

    @Override
    public String name() {
      return "clock";
    }

    @Override
    public String meaning() {
      return "one member's wall clock is off by 30 s to 10 years";
    }

    @Override
    public Optional<String> missing(World world) {
      return Tools.libfaketime().isEmpty()
          ? Optional.of("libfaketime (Debian: libfaketime; or LIBFAKETIME=its path)")
          : Optional.empty();
    }

    @Override
    public Strike begin(World world, SplittableRandom random) {
      MemberSpec victim = world.victim(random);
      String offset = World.any(random, OFFSETS);
      String what = world.text(victim) + " by " + offset;
      Path library = Tools.libfaketime().orElseThrow();
      world.cluster().kill(victim);
      Start faked =
          new Start(
              List.of(),
              Map.of(
                  "LD_PRELOAD",
                  library.toString(),
                  "FAKETIME",
                  offset,
                  "FAKETIME_DONT_RESET",
                  "1"));
      world.cluster().launch(victim, faked);
      return new Strike(
          what, World.between(random, 4_000, 10_000), () -> world.cluster().kill(victim));
    }
  }
}
