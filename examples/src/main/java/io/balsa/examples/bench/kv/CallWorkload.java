package io.balsa.examples.bench.kv;

import io.balsa.examples.bench.report.Row;
import io.balsa.examples.process.ExampleException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Clients that call one thing after the other, each with one call under way.
 *
 * @param prepare fills the store
 * @param source makes the requests of one round
 * @param everyRound whether each round uses up what was prepared
 */
record CallWorkload(
    String name,
    int clients,
    int valueBytes,
    boolean everyRound,
    Consumer<Connections> prepare,
    Supplier<RequestSource> source)
    implements Workload {
  private static final long ANSWER_SECONDS_MAX = 60;

  @Override
  public void prepare(Connections connections) {
    if (!everyRound) {
      prepare.accept(connections);
    }
  }

  @Override
  public Row run(Subject subject, Connections connections, Span span) {
    if (everyRound) {
      prepare.accept(connections);
    }
    Tally tally = new Tally(clients);
    RequestSource requests = guarded(source.get());
    for (int client = 0; client < clients; client++) {
      ClosedLoop.start(connections.of(client), requests, tally);
    }
    tally.pass(span.rampUp());
    Meter meter = new Meter(subject);
    tally.measure();
    tally.passAtLeastOne(span.measured());
    tally.stop();
    Meter.Reading reading = meter.read();
    tally.awaitIdle(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    if (tally.latency().count() == 0 && tally.errors() > 0) {
      throw new ExampleException(
          name + " at " + subject.name() + ": no call succeeded; " + tally.firstError());
    }
    return reading.row(tally.latency().count(), tally.latency()).with("errors", tally.errors());
  }

  /** The clients' first requests come from the caller's thread, the others from the connections'. */
  private static RequestSource guarded(RequestSource source) {
    return () -> {
      synchronized (source) {
        return source.next();
      }
    };
  }
}
