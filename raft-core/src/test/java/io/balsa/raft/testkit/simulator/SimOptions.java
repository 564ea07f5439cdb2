package io.balsa.raft.testkit.simulator;

import io.balsa.raft.spi.StateMachine;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * How to run, beside the seed. Immutable.
 *
 * @param extent how much of what the seed draws
 * @param bug built into the simulated driver, disk or network
 * @param wires a transport's codec, a new one for each run, which messages go through in half of the seeds
 * @param witness of what clients do and are told
 * @param textHash whether the hash of the run covers the text of each event, not only its figures; slow
 */
public record SimOptions<S extends StateMachine<?>>(
    SimSubject<S> subject,
    Extent extent,
    Optional<PlantedBug> bug,
    Optional<Supplier<SimWire>> wires,
    Optional<ClientWitness> witness,
    boolean textHash) {

  /** Thirty seconds of faults over a few registers. */
  public static final SimOptions<RegisterMap> DEFAULT = of(RegisterMap.SUBJECT);

  public static <S extends StateMachine<?>> SimOptions<S> of(SimSubject<S> subject) {
    return new SimOptions<>(
        subject, Extent.FULL, Optional.empty(), Optional.empty(), Optional.empty(), false);
  }

  public SimOptions<S> within(Extent part) {
    return new SimOptions<>(subject, part, bug, wires, witness, textHash);
  }

  public SimOptions<S> withFaults(Duration duration) {
    return within(extent.withFaults(duration));
  }

  public SimOptions<S> withBug(PlantedBug planted) {
    return new SimOptions<>(subject, extent, Optional.of(planted), wires, witness, textHash);
  }

  public SimOptions<S> withWire(Supplier<SimWire> codecs) {
    return new SimOptions<>(subject, extent, bug, Optional.of(codecs), witness, textHash);
  }

  /** For one run: runs of many seeds at once would be mixed up. */
  public SimOptions<S> withWitness(ClientWitness listener) {
    return new SimOptions<>(subject, extent, bug, wires, Optional.of(listener), textHash);
  }

  public SimOptions<S> withTextHash() {
    return new SimOptions<>(subject, extent, bug, wires, witness, true);
  }

  /** The extent without what these options can't do anyway. */
  Extent possible() {
    return wires.isPresent() ? extent : extent.without(List.of("wire", "flips"));
  }

  /** What enough seeds must reach: a counter at zero means that something is no longer tried. */
  public Set<Reached> reachable() {
    EnumSet<Reached> all = EnumSet.allOf(Reached.class);
    if (!(subject instanceof SessionSubject)) {
      all.removeAll(Reached.WITH_SESSIONS);
    }
    if (wires.isEmpty()) {
      all.removeAll(EnumSet.of(Reached.WIRE_CODEC, Reached.FRAME_REFUSED));
    }
    return Collections.unmodifiableSet(all);
  }
}
