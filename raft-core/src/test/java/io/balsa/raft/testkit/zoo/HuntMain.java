package io.balsa.raft.testkit.zoo;

import io.balsa.raft.testkit.simulator.SimulationFailure;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Hunts bugs from the command line; exits with 1 if one isn't found. */
public final class HuntMain {
  private static final String ALL = "all";

  private final List<String> args;
  private final long first;
  private final long seedsMax;
  private final int jobs;

  private HuntMain(List<String> args) {
    this.args = args;
    Optional<Long> seed = value("--seed").map(Long::parseLong);
    first = seed.orElseGet(() -> value("--first").map(Long::parseLong).orElse(1L));
    seedsMax = seed.isPresent() ? 1 : value("--seeds").map(Long::parseLong).orElse(2_000L);
    jobs = value("--jobs").map(Integer::parseInt).orElse(1);
  }

  public static void main(String[] args) {
    List<String> list = Arrays.asList(args);
    if (list.contains("--list-bugs")) {
      for (Specimen bug : Specimen.all()) {
        System.out.printf(Locale.ROOT, "%-44s %s%n", bug.name(), bug.explanation());
      }
    } else {
      System.exit(new HuntMain(list).run());
    }
  }

  private Optional<String> value(String name) {
    int at = args.indexOf(name);
    return at >= 0 && at + 1 < args.size() ? Optional.of(args.get(at + 1)) : Optional.empty();
  }

  private int run() {
    String wanted = value("--bug").orElse(ALL);
    List<Specimen> bugs =
        Specimen.all().stream()
            .filter(
                bug -> wanted.equals(ALL) || Arrays.asList(wanted.split(",")).contains(bug.name()))
            .toList();
    if (bugs.isEmpty()) {
      System.err.println("simulate: no bug is called " + wanted + ": see simulate --list-bugs");
      return 2;
    }
    boolean allFound = true;
    for (Specimen bug : bugs) {
      allFound &= hunt(bug, bugs.size() == 1);
    }
    return allFound ? 0 : 1;
  }

  private boolean hunt(Specimen bug, boolean inFull) {
    Optional<SeedRunner.Finding> finding = new Hunt(bug, first, seedsMax).run(jobs);
    if (finding.isEmpty()) {
      System.out.printf(
          Locale.ROOT, "%s was not found by %d seeds from %d%n", bug.name(), seedsMax, first);
      return false;
    }
    SeedRunner.Finding found = finding.get();
    if (inFull) {
      found
          .message()
          .lines()
          .filter(line -> !line.startsWith(SimulationFailure.AGAIN))
          .forEach(System.out::println);
    }
    System.out.printf(
        Locale.ROOT,
        "%s was found as %s by seed %d: %s--bug %s --seed %d%n",
        bug.name(),
        found.property(),
        found.seed(),
        SimulationFailure.AGAIN,
        bug.name(),
        found.seed());
    return true;
  }
}
