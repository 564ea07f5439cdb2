package io.balsa.raft.testkit.zoo;

import io.balsa.raft.testkit.simulator.PlantedBug;
import io.balsa.raft.testkit.simulator.SeedRunner;
import io.balsa.raft.testkit.simulator.SimOptions;
import io.balsa.raft.testkit.simulator.SimulatorSeeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * A bug of the zoo, wherever it is built in.
 *
 * @param runner makes what runs seeds with the bug; for one of the core, that means to compile it
 */
public record Specimen(String name, String explanation, Supplier<SeedRunner> runner) {

  /** First those of the simulated driver, then those of the core. */
  public static List<Specimen> all() {
    List<Specimen> all = new ArrayList<>();
    Arrays.stream(PlantedBug.values())
        .map(
            bug ->
                new Specimen(
                    bug.name(),
                    bug.explanation(),
                    () -> new SimulatorSeeds(SimOptions.DEFAULT.withBug(bug))))
        .forEach(all::add);
    CoreBug.all().stream()
        .map(bug -> new Specimen(bug.name(), bug.explanation(), () -> PatchedCore.with(bug)))
        .forEach(all::add);
    return all;
  }
}
