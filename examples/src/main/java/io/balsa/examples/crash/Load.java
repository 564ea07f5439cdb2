package io.balsa.examples.crash;

import io.balsa.examples.client.ClusterClient;
import io.balsa.examples.client.EtcdClient;
import io.balsa.examples.process.MemberSpec;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** The writers, which can be asked to rest together. One thread owns it. */
final class Load implements AutoCloseable {

  /** Longer than a write may take. */
  private static final Duration REST_DEADLINE = Duration.ofSeconds(30);

  private final WriteLedger ledger;
  private final Gate gate = new Gate();

  /** Starts writers that each write through all members in turn. */
  Load(int writers, List<MemberSpec> members, ClusterClient clients, WriteLedger ledger) {
    this.ledger = ledger;
    List<EtcdClient> all = members.stream().map(clients::to).toList();
    for (int i = 0; i < writers; i++) {
      Thread thread = new Thread(new Writer(i, all, ledger, gate), "writer-" + i);
      thread.setDaemon(true); // Ends at the gate; must not hold up a JVM that is told to go.
      thread.start();
    }
  }

  /** Runs the task while no write is under way. */
  <T> T duringRest(Supplier<T> task) {
    gate.shut(REST_DEADLINE);
    T result = task.get();
    ledger.restartGap();
    gate.open();
    return result;
  }

  @Override
  public void close() {
    gate.close();
  }
}
