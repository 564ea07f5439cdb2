package io.balsa.raft.testkit.simulator;

import io.balsa.raft.spi.StateMachine;
import java.time.Duration;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * Seeds for a test to run. {@link #pass} takes others in each build, unless system properties say which: they look for
 * bugs. {@link #passFirst} takes the same in each build: what those reach is the same in each, so that a test can ask for
 * it and never fails by chance.
 *
 * <pre>
 * -Dsim.first=4711           the first seed
 * -Dsim.seeds=1              how many
 * -Dsim.seconds=4            how long faults go on in each run
 * -Dsim.without=crashes,...  kinds of faults that stay off
 * -Dsim.clients=1            how many clients there are at most
 * </pre>
 *
 * <p>A failure is shrunk, and ends with the properties that show it again.
 */
public final class FreshSeeds {
  private FreshSeeds() {}

  /** What the runs of a batch did, added up; what never happened isn't in it. */
  public record Totals(SortedMap<Reached, Long> reached, SortedMap<CrashPoint, Long> deaths) {
    private void add(SimReport report) {
      addAll(report.reached(), reached);
      addAll(report.deaths(), deaths);
    }

    private static <T> void addAll(SortedMap<T, Long> some, SortedMap<T, Long> totals) {
      some.forEach(
          (what, times) -> {
            if (times > 0) {
              totals.merge(what, times, Long::sum);
            }
          });
    }
  }

  /**
   * Runs seed after seed, and prints the first one.
   *
   * @return how often the runs reached what, and where nodes died in them
   * @throws SimulationFailure for the first seed that fails, in the smallest extent in which it does
   */
  public static <S extends StateMachine<?>> Totals pass(int seeds, SimOptions<S> options) {
    long first = Long.getLong("sim.first", System.currentTimeMillis() % 1_000_000_000L * 1_000);
    int count = Integer.getInteger("sim.seeds", seeds);
    System.out.println("simulator: " + count + " seeds from -Dsim.first=" + first);
    return pass(first, count, options.within(extent(options.extent())));
  }

  /**
   * Runs the seeds from 1 on, whatever system properties say.
   *
   * @return how often the runs reached what, and where nodes died in them
   * @throws SimulationFailure for the first seed that fails, in the smallest extent in which it does
   */
  public static <S extends StateMachine<?>> Totals passFirst(int seeds, SimOptions<S> options) {
    return pass(1, seeds, options);
  }

  private static <S extends StateMachine<?>> Totals pass(
      long first, int count, SimOptions<S> options) {
    Totals totals = new Totals(new TreeMap<>(), new TreeMap<>());
    for (long seed = first; seed < first + count; seed++) {
      totals.add(run(seed, options));
    }
    return totals;
  }

  private static <S extends StateMachine<?>> SimReport run(long seed, SimOptions<S> options) {
    try {
      return Simulator.run(seed, options);
    } catch (SimulationFailure failure) {
      SeedRunner.Finding smallest = Shrink.smallest(new SimulatorSeeds(options), failure.finding());
      throw failure.shrunkTo(smallest, "Again: " + properties(smallest));
    }
  }

  private static Extent extent(Extent given) {
    Extent extent = given;
    String without = System.getProperty("sim.without", "");
    if (!without.isEmpty()) {
      extent = extent.without(Arrays.asList(without.split(",")));
    }
    return extent
        .withFaults(Duration.ofSeconds(Long.getLong("sim.seconds", extent.faults().toSeconds())))
        .withClientsMax(Integer.getInteger("sim.clients", extent.clientsMax()));
  }

  private static String properties(SeedRunner.Finding finding) {
    StringJoiner properties = new StringJoiner(" -Dsim.", "-Dsim.", "");
    properties.add("first=" + finding.seed()).add("seeds=1");
    finding.extent().settings().forEach((name, value) -> properties.add(name + "=" + value));
    return properties.toString();
  }
}
