package io.balsa.raft.testkit.zoo;

import io.balsa.raft.testkit.simulator.PlantedBug;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** A bug of the zoo, wherever it is built in. */
record Specimen(String name, String explanation, Supplier<SeedRunner> runner) {

  /** First those of the simulated driver, then those of the core. */
  static List<Specimen> all() {
    List<Specimen> all = new ArrayList<>();
    Arrays.stream(PlantedBug.values())
        .map(bug -> new Specimen(bug.name(), bug.explanation(), () -> SimulatorSeeds.with(bug)))
        .forEach(all::add);
    CoreBug.all().stream()
        .map(bug -> new Specimen(bug.name(), bug.explanation(), () -> PatchedCore.with(bug)))
        .forEach(all::add);
    return all;
  }
}
