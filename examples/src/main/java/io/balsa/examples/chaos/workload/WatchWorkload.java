package io.balsa.examples.chaos.workload;

import io.balsa.examples.chaos.model.KvOp;
import io.balsa.examples.chaos.model.KvRequest;
import io.balsa.examples.chaos.watch.WatchRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Changes of one to six keys at once, for watches of all kinds: of one key, a range, all; with and without filters. */
public final class WatchWorkload implements Workload {
  private static final int KEYS = 12;

  @Override
  public void step(Client client) {
    SplittableRandom random = client.random();
    switch (random.nextInt(6)) {
      case 0 -> client.call(KvRequest.get(key(random)));
      case 1 -> client.call(KvRequest.delete(key(random)));
      case 2, 3 -> client.call(KvRequest.put(key(random), client.freshValue()));
      default -> client.call(KvRequest.txn(List.of(), changes(client), List.of()));
    }
  }

  private static String key(SplittableRandom random) {
    return String.format("k%02d", random.nextInt(KEYS));
  }

  private static List<KvOp> changes(Client client) {
    SplittableRandom random = client.random();
    List<KvOp> changes = new ArrayList<>();
    int first = random.nextInt(KEYS);
    int count = random.nextInt(2, 7);
    for (int i = 0; i < count; i++) {
      String key = String.format("k%02d", (first + i) % KEYS);
      changes.add(
          random.nextInt(3) == 0
              ? new KvOp.Delete(key)
              : new KvOp.Put(key, client.freshValue(), 0));
    }
    return changes;
  }

  @Override
  public List<WatchRange> watches() {
    return List.of(
        new WatchRange("k03", "", true, true, true, true),
        new WatchRange("k03", "", true, true, false, false),
        new WatchRange("k02", "k08", true, true, true, true),
        new WatchRange("k02", "k08", true, false, true, true),
        new WatchRange("k02", "k08", false, true, true, true),
        new WatchRange("k", "l", true, true, true, false),
        new WatchRange("k", "l", true, true, false, true),
        new WatchRange("k10", "\0", true, true, true, true),
        new WatchRange("nobody", "", true, true, true, true));
  }
}
