package io.balsa.examples.chaos.fault;

import io.balsa.examples.process.MemberSpec;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Faults of processes: they die, stand still, or are asked to go. Stateless. */
final class ProcessFaults {
  private static final Duration BACK_DEADLINE = Duration.ofSeconds(60);

  private ProcessFaults() {}

  static List<Fault> all() {
    return List.of(
        fault("kill", "kill -9 of one member, often the leader", ProcessFaults::kill),
        fault("kill-all", "kill -9 of all members at once", ProcessFaults::killAll),
        fault("crash-loop", "kill -9 again and again while it recovers", ProcessFaults::crashLoop),
        fault("pause", "SIGSTOP of one or two members for 0.1 to 30 s", ProcessFaults::pause),
        fault("strobe", "SIGSTOP and SIGCONT every few milliseconds", ProcessFaults::strobe),
        fault("stop", "SIGTERM of one member", ProcessFaults::stop),
        fault("rolling", "SIGTERM and start of all, one after the other", ProcessFaults::rolling));
  }

  /** Begins a fault. */
  @FunctionalInterface
  interface Begin {
    Fault.Strike begin(World world, SplittableRandom random);
  }

  private record Simple(String name, String meaning, Begin how) implements Fault {
    @Override
    public Strike begin(World world, SplittableRandom random) {
      return how.begin(world, random);
    }
  }

  static Fault fault(String name, String meaning, Begin how) {
    return new Simple(name, meaning, how);
  }

  private static Fault.Strike kill(World world, SplittableRandom random) {
    MemberSpec victim = world.victim(random);
    String what = world.text(victim);
    world.cluster().kill(victim);
    return new Fault.Strike(
        what, World.between(random, 0, 8_000), () -> world.cluster().launch(victim));
  }

  private static Fault.Strike killAll(World world, SplittableRandom random) {
    List<MemberSpec> all = world.members();
    all.forEach(member -> world.cluster().process(member).kill());
    all.forEach(world.cluster()::kill);
    return new Fault.Strike(
        "all", World.between(random, 0, 2_000), () -> all.forEach(world.cluster()::launch));
  }

  private static Fault.Strike crashLoop(World world, SplittableRandom random) {
    MemberSpec victim = world.victim(random);
    String what = world.text(victim);
    int times = random.nextInt(2, 5);
    for (int i = 0; i < times; i++) {
      world.cluster().kill(victim);
      world.cluster().launch(victim);
      world.rest(World.between(random, 200, 2_500));
    }
    world.cluster().kill(victim);
    return new Fault.Strike(
        what + ", " + times + " times", Duration.ZERO, () -> world.cluster().launch(victim));
  }

  private static Fault.Strike pause(World world, SplittableRandom random) {
    int count = Math.min(random.nextInt(4) == 0 ? 2 : 1, world.members().size());
    List<MemberSpec> victims =
        count == 1
            ? List.of(world.victim(random))
            : World.shuffled(random, world.members()).subList(0, count);
    List<String> names = victims.stream().map(world::text).toList();
    victims.forEach(victim -> world.cluster().process(victim).pause());
    // Short ones are common, long ones rare: from 0.1 s to 30 s on a logarithmic scale.
    long millis = Math.round(100 * Math.pow(300, random.nextDouble()));
    return new Fault.Strike(
        String.join(" and ", names) + " for " + millis + " ms",
        Duration.ofMillis(millis),
        () -> victims.forEach(victim -> world.cluster().process(victim).resume()));
  }

  private static Fault.Strike strobe(World world, SplittableRandom random) {
    MemberSpec victim = world.victim(random);
    String what = world.text(victim);
    int times = random.nextInt(20, 60);
    for (int i = 0; i < times; i++) {
      world.cluster().process(victim).pause();
      world.rest(World.between(random, 10, 60));
      world.cluster().process(victim).resume();
      world.rest(World.between(random, 10, 60));
    }
    return new Fault.Strike(what + ", " + times + " times", Duration.ZERO, () -> {});
  }

  private static Fault.Strike stop(World world, SplittableRandom random) {
    MemberSpec victim = world.victim(random);
    String what = world.text(victim);
    int code = world.cluster().stop(victim);
    return new Fault.Strike(
        what + ", exit code " + code,
        World.between(random, 0, 5_000),
        () -> world.cluster().launch(victim));
  }

  private static Fault.Strike rolling(World world, SplittableRandom random) {
    List<MemberSpec> order = World.shuffled(random, world.members());
    for (MemberSpec member : order) {
      world.cluster().stop(member);
      world.cluster().launch(member);
      // Started with a failpoint, or cut off meanwhile, it may not come back: that isn't judged
      // here.
      var unused = world.comesBack(member, BACK_DEADLINE);
    }
    return new Fault.Strike("all, one after the other", Duration.ZERO, () -> {});
  }
}
