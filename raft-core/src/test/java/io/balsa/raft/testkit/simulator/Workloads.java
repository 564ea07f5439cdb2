package io.balsa.raft.testkit.simulator;

import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What clients can be told to do, by its name on the command line. */
final class Workloads {
  static final String REGISTER = "register";
  static final String SESSION = "session";

  private static final Map<String, SimOptions<?>> ALL =
      new TreeMap<>(
          Map.of(REGISTER, SimOptions.DEFAULT, SESSION, SimOptions.of(SessionSubject.SUBJECT)));

  private Workloads() {}

  static Optional<SimOptions<?>> named(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  /** What to add to a command line that shall run this subject again. */
  static String argument(SimSubject<?> subject) {
    return subject instanceof SessionSubject ? "--workload " + SESSION + " " : "";
  }

  /** What many seeds with this subject should reach. */
  static Set<Reached> reachable(SimSubject<?> subject) {
    Set<Reached> all = EnumSet.allOf(Reached.class);
    if (!(subject instanceof SessionSubject)) {
      all.removeAll(Reached.WITH_SESSIONS);
    }
    return all;
  }
}
