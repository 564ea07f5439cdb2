package io.balsa.examples.chaos.fault;

import io.balsa.examples.process.MemberSpec;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Changes of who is a member, while clients work. Stateless. */
final class MemberFaults {
  private MemberFaults() {}

  static List<Fault> all() {
    return List.of(
        new Replacing(
            "members", "members are added, promoted, removed and replaced", MemberFaults::change));
  }

  /** Replaces a member, alive or dead; or adds another one, perhaps as a learner at first, and removes one. */
  private static Fault.Strike change(World world, SplittableRandom random) {
    List<MemberSpec> absent = world.cluster().absent();
    if (!absent.isEmpty() && random.nextBoolean()) {
      return grow(world, random, World.any(random, absent));
    }
    boolean mayShrink = world.members().size() > world.cluster().spec().initial();
    return mayShrink && random.nextBoolean() ? shrink(world, random) : replace(world, random);
  }

  private static Fault.Strike grow(World world, SplittableRandom random, MemberSpec member) {
    boolean learner = random.nextBoolean();
    world.membership().add(member, learner);
    world.cluster().join(member);
    if (learner) {
      world.membership().promote(member);
    }
    return strike("added " + member.name() + (learner ? ", first as a learner" : ""));
  }

  private static Fault.Strike shrink(World world, SplittableRandom random) {
    MemberSpec victim = world.expendable(random);
    String who = world.text(victim);
    world.membership().remove(victim);
    world.forget(victim);
    return strike("removed " + who);
  }

  private static Fault.Strike replace(World world, SplittableRandom random) {
    MemberSpec victim = world.expendable(random);
    String who = world.text(victim);
    boolean dead = random.nextBoolean();
    if (dead) {
      world.cluster().kill(victim);
    }
    world.replace(victim);
    return strike("replaced " + who + (dead ? ", which was dead" : ""));
  }

  private static Fault.Strike strike(String what) {
    return new Fault.Strike(what, Duration.ZERO, () -> {});
  }
}
