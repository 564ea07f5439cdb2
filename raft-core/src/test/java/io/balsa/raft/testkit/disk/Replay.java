package io.balsa.raft.testkit.disk;

import java.util.SplittableRandom;

/**
 * How many cases a randomized test runs, and from which seed: {@code -Dname.cases} and {@code -Dname.seed}, else a few and a
 * fresh one. So each build looks elsewhere, and any can be repeated.
 *
 * @param name of the properties, such as {@code crash}
 */
public record Replay(String name, int cases, long seed) {

  public static Replay of(String name, int casesByDefault) {
    long fresh = new SplittableRandom().nextInt(1_000_000_000);
    Replay replay =
        new Replay(
            name,
            Integer.getInteger(name + ".cases", casesByDefault),
            Long.getLong(name + ".seed", fresh));
    System.out.println(name + ": " + replay.cases + " cases from " + replay.command(replay.seed));
    return replay;
  }

  /** The properties that run one seed again. */
  public String command(long ofSeed) {
    return "-D" + name + ".seed=" + ofSeed;
  }
}
