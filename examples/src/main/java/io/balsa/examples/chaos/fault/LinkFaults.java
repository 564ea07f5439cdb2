package io.balsa.examples.chaos.fault;

import io.balsa.examples.chaos.link.Weather;
import io.balsa.examples.process.MemberSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Faults of the links between members. Stateless. */
final class LinkFaults {
  private static final Duration HOLD_MAX = Duration.ofSeconds(10);

  private LinkFaults() {}

  static List<Fault> all() {
    return List.of(
        new OnLinks(
            "partition", "two sides that hear nothing of each other", LinkFaults::partition),
        new OnLinks(
            "isolate-leader", "the leader hears nobody and nobody hears it", LinkFaults::isolate),
        new OnLinks("one-way", "one member is deaf, or mute", LinkFaults::oneWay),
        new OnLinks("bridge", "two sides that only one member hears", LinkFaults::bridge),
        new OnLinks("ring", "each member hears only its two neighbours", LinkFaults::ring),
        new OnLinks("slow", "links with 50 to 1,500 ms of delay", LinkFaults::slow),
        new OnLinks("throttle", "links of 2 to 64 KB/s", LinkFaults::throttle),
        new OnLinks("reset", "links whose connections are reset over and over", LinkFaults::reset),
        new OnLinks("flip", "links that flip bits", LinkFaults::flip),
        new OnLinks("flap", "a link that comes and goes ten times a second", LinkFaults::flap));
  }

  private record OnLinks(String name, String meaning, ProcessFaults.Begin how) implements Fault {
    @Override
    public Optional<String> missing(World world) {
      return world.members().size() < 2 ? Optional.of("at least two members") : Optional.empty();
    }

    @Override
    public Strike begin(World world, SplittableRandom random) {
      return how.begin(world, random);
    }
  }

  private static Fault.Strike strike(World world, SplittableRandom random, String what) {
    boolean lost = random.nextBoolean();
    return new Fault.Strike(
        what + (lost ? ", what is on its way is lost" : ", what is on its way arrives late"),
        World.between(random, 500, HOLD_MAX.toMillis()),
        () -> {
          if (lost) {
            world.links().healWithResets();
          } else {
            world.links().heal();
          }
        });
  }

  private static Fault.Strike partition(World world, SplittableRandom random) {
    List<String> names = World.shuffled(random, world.names());
    int size = random.nextInt(1, names.size());
    List<String> side = names.subList(0, size);
    List<String> other = names.subList(size, names.size());
    world.links().separate(side, other);
    return strike(world, random, side + " | " + other);
  }

  private static Fault.Strike isolate(World world, SplittableRandom random) {
    MemberSpec leader = world.leader().orElse(world.members().get(0));
    List<String> others = world.names().stream().filter(n -> !n.equals(leader.name())).toList();
    world.links().separate(List.of(leader.name()), others);
    return strike(world, random, leader.name());
  }

  private static Fault.Strike oneWay(World world, SplittableRandom random) {
    MemberSpec victim = world.victim(random);
    boolean deaf = random.nextBoolean();
    String what = world.text(victim) + (deaf ? " is deaf" : " is mute");
    for (String other : world.names()) {
      if (!other.equals(victim.name())) {
        String from = deaf ? other : victim.name();
        String to = deaf ? victim.name() : other;
        world.links().set(from, to, Weather.CUT);
      }
    }
    return strike(world, random, what);
  }

  private static Fault.Strike bridge(World world, SplittableRandom random) {
    List<String> names = World.shuffled(random, world.names());
    List<String> rest = names.subList(1, names.size());
    int half = Math.max(1, rest.size() / 2);
    List<String> side = rest.subList(0, half);
    List<String> other = rest.subList(half, rest.size());
    world.links().separate(side, other);
    return strike(world, random, side + " | " + names.get(0) + " hears both | " + other);
  }

  private static Fault.Strike ring(World world, SplittableRandom random) {
    List<String> names = World.shuffled(random, world.names());
    int size = names.size();
    for (int i = 0; i < size; i++) {
      for (int j = i + 1; j < size; j++) {
        boolean neighbours = j - i == 1 || i == 0 && j == size - 1 && size > 3;
        if (!neighbours) {
          world.links().setBoth(names.get(i), names.get(j), Weather.CUT);
        }
      }
    }
    return strike(world, random, String.join("-", names));
  }

  private static Fault.Strike slow(World world, SplittableRandom random) {
    Duration delay = World.between(random, 50, 1_500);
    return onLinksOf(world, random, Weather.slow(delay), delay.toMillis() + " ms");
  }

  private static Fault.Strike throttle(World world, SplittableRandom random) {
    long bytes = 1_024L << random.nextInt(1, 7);
    return onLinksOf(world, random, Weather.throttled(bytes), bytes + " B/s");
  }

  private static Fault.Strike reset(World world, SplittableRandom random) {
    double chance = 0.01 + 0.2 * random.nextDouble();
    return onLinksOf(
        world, random, Weather.resetting(chance), String.format("with chance %.2f", chance));
  }

  private static Fault.Strike flip(World world, SplittableRandom random) {
    double chance = 0.01 + 0.1 * random.nextDouble();
    return onLinksOf(
        world, random, Weather.flipping(chance), String.format("with chance %.2f", chance));
  }

  /** Of one member, or of all of them. */
  private static Fault.Strike onLinksOf(
      World world, SplittableRandom random, Weather weather, String how) {
    boolean everywhere = random.nextInt(3) == 0;
    MemberSpec victim = world.victim(random);
    for (String one : world.names()) {
      for (String other : world.names()) {
        boolean meant = everywhere || one.equals(victim.name()) || other.equals(victim.name());
        if (meant && !one.equals(other)) {
          world.links().set(one, other, weather);
        }
      }
    }
    return strike(
        world, random, (everywhere ? "all links" : "links of " + world.text(victim)) + ", " + how);
  }

  private static Fault.Strike flap(World world, SplittableRandom random) {
    List<String> names = World.shuffled(random, world.names());
    int times = random.nextInt(10, 40);
    for (int i = 0; i < times; i++) {
      world.links().setBoth(names.get(0), names.get(1), Weather.CUT);
      world.rest(World.between(random, 20, 100));
      world.links().healWithResets();
      world.rest(World.between(random, 20, 100));
    }
    return new Fault.Strike(
        names.get(0) + "-" + names.get(1) + ", " + times + " times", Duration.ZERO, () -> {});
  }
}
