package io.balsa.examples.chaos.fault;

import io.balsa.examples.process.MemberSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Changes of who is a member, while clients work. Stateless. */
final class MemberFaults {
  /** What a fault needs whose victim may have to be replaced. */
  static final String NEEDED = "members that can be added and removed";

  private MemberFaults() {}

  static List<Fault> all() {
    return List.of(new Change());
  }

  /** Replaces a member, alive or dead; or adds another one, perhaps as a learner at first, and removes one. */
  private static final class Change implements Fault {
    @Override
    public String name() {
      return "members";
    }

    @Override
    public String meaning() {
      return "members are added, promoted, removed and replaced";
    }

    @Override
    public Optional<String> missing(World world) {
      return world.membership().isSupported() ? Optional.empty() : Optional.of(NEEDED);
    }

    @Override
    public boolean isExclusive() {
      return true;
    }

    @Override
    public Strike begin(World world, SplittableRandom random) {
      List<MemberSpec> absent = world.cluster().absent();
      if (!absent.isEmpty() && random.nextBoolean()) {
        return grow(world, random, World.any(random, absent));
      }
      boolean mayShrink = world.members().size() > world.cluster().spec().initial();
      return mayShrink && random.nextBoolean() ? shrink(world, random) : replace(world, random);
    }

    private static Strike grow(World world, SplittableRandom random, MemberSpec member) {
      boolean learner = random.nextBoolean();
      world.membership().add(member, learner);
      world.cluster().join(member);
      if (learner) {
        world.membership().promote(member);
      }
      return strike("added " + member.name() + (learner ? ", first as a learner" : ""));
    }

    private static Strike shrink(World world, SplittableRandom random) {
      MemberSpec victim = world.victim(random);
      String who = world.text(victim);
      world.membership().remove(victim);
      world.forget(victim);
      return strike("removed " + who);
    }

    private static Strike replace(World world, SplittableRandom random) {
      MemberSpec victim = world.victim(random);
      String who = world.text(victim);
      boolean dead = random.nextBoolean();
      if (dead) {
        world.cluster().kill(victim);
      }
      world.replace(victim);
      return strike("replaced " + who + (dead ? ", which was dead" : ""));
    }

    private static Strike strike(String what) {
      return new Strike(what, Duration.ZERO, () -> {});
    }
  }
}
