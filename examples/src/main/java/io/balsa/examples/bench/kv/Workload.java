package io.balsa.examples.bench.kv;

import io.balsa.examples.bench.report.Row;

/** Something that clients do all the time, and what it costs is measured. */
interface Workload {
  /** As it is called on the command line and in the table. */
  String name();

  /** How many clients at once; watchers, for a watch. */
  int clients();

  int valueBytes();

  /** Puts there what the workload needs. Called once per subject. */
  default void prepare(Connections connections) {}

  /** One round. */
  Row run(Subject subject, Connections connections, Span span);
}
