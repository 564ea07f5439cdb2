package io.balsa.examples.chaos.fault;

import io.balsa.examples.process.ExampleException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All kinds of faults, by name. */
public final class Faults {
  private static final List<Fault> ALL =
      Stream.of(
              ProcessFaults.all(),
              LinkFaults.all(),
              DiskFaults.all(),
              StoreFaults.all(),
              ClockFaults.all(),
              FailpointFaults.all(),
              MemberFaults.all())
          .flatMap(List::stream)
          .toList();

  private Faults() {}

  public static List<Fault> all() {
    return ALL;
  }

  /**
   * @throws ExampleException for a name that no fault has
   */
  public static List<Fault> named(List<String> names) {
    List<Fault> named = new ArrayList<>();
    for (String name : names) {
      named.add(
          ALL.stream()
              .filter(fault -> fault.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new ExampleException(
                          "there is no fault '"
                              + name
                              + "'; there are: "
                              + String.join(", ", ALL.stream().map(Fault::name).toList()))));
    }
    return named;
  }
}
