package io.balsa.raft.testkit.simulator;

import io.balsa.raft.spi.StateMachine;
import java.time.Duration;
import java.util.Optional;

/**
 * How to run, beside the seed.
 *
 * @param faults how long faults go on, in virtual time
 * @param bug built into the simulated driver, disk or network
 * @param textHash whether the hash of the run covers the text of each event, not only its figures; slow
 */
public record SimOptions<S extends StateMachine<?>>(
    SimSubject<S> subject, Duration faults, Optional<PlantedBug> bug, boolean textHash) {

  static final Duration FAULTS = Duration.ofSeconds(30);

  /** Thirty seconds of faults over a few registers. */
  public static final SimOptions<RegisterMap> DEFAULT = of(RegisterMap.SUBJECT);

  public static <S extends StateMachine<?>> SimOptions<S> of(SimSubject<S> subject) {
    return new SimOptions<>(subject, FAULTS, Optional.empty(), false);
  }

  public SimOptions<S> withFaults(Duration duration) {
    return new SimOptions<>(subject, duration, bug, textHash);
  }

  public SimOptions<S> withBug(PlantedBug planted) {
    return new SimOptions<>(subject, faults, Optional.of(planted), textHash);
  }

  public SimOptions<S> withTextHash() {
    return new SimOptions<>(subject, faults, bug, true);
  }
}
