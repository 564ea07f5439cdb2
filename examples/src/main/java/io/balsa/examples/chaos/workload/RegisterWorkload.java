package io.balsa.examples.chaos.workload;

import io.balsa.examples.chaos.model.Compare;
import io.balsa.examples.chaos.model.KvAnswer;
import io.balsa.examples.chaos.model.KvOp;
import io.balsa.examples.chaos.model.KvRequest;
import io.balsa.examples.chaos.model.KvResult;
import io.balsa.examples.chaos.model.Version;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Few keys at a time, each put, read, deleted and compared-and-set by all clients at once; and after a while, others. */
public final class RegisterWorkload implements Workload {
  private static final int KEYS = 4;

  /** A key is left after so many steps of all clients: a search through its history must stay short. */
  private static final int STEPS_PER_GENERATION = 600;

  private final AtomicLong steps = new AtomicLong();

  @Override
  public void step(Client client) {
    SplittableRandom random = client.random();
    long generation = steps.incrementAndGet() / STEPS_PER_GENERATION;
    String key = "k" + generation + "." + random.nextInt(KEYS);
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> client.call(KvRequest.put(key, client.freshValue()));
      case 3, 4, 5 -> client.call(KvRequest.get(key));
      case 6 -> client.call(KvRequest.serializableGet(key));
      case 7 -> client.call(KvRequest.delete(key));
      default -> compareAndSet(client, key);
    }
  }

  private static void compareAndSet(Client client, String key) {
    Optional<KvAnswer> read = client.call(KvRequest.get(key));
    if (read.isEmpty()) {
      return;
    }
    Optional<Version> found = ((KvResult.Got) read.get().results().get(0)).found();
    Compare unchanged =
        found.isEmpty() || client.random().nextBoolean()
            ? Compare.modIs(key, found.map(Version::mod).orElse(0L))
            : Compare.valueIs(key, found.get().value());
    client.call(
        KvRequest.txn(
            List.of(unchanged),
            List.of(new KvOp.Put(key, client.freshValue(), 0)),
            List.of(new KvOp.Get(key))));
  }
}
