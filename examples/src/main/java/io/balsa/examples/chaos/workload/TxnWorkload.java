package io.balsa.examples.chaos.workload;

import io.balsa.examples.chaos.model.Compare;
import io.balsa.examples.chaos.model.KvOp;
import io.balsa.examples.chaos.model.KvRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** Transactions over several of a few keys: conditions of all kinds, and puts, deletes and reads in both branches. */
public final class TxnWorkload implements Workload {
  private static final int KEYS = 8;

  /** What somebody read of a key lately, so that some conditions hold. */
  private final ConcurrentHashMap<String, Long> recentMods = new ConcurrentHashMap<>();

  @Override
  public void step(Client client) {
    SplittableRandom random = client.random();
    List<Compare> compares = new ArrayList<>();
    for (String key : someKeys(random, 2)) {
      compares.add(compare(random, key));
    }
    KvRequest request =
        KvRequest.txn(compares, ops(client, random.nextInt(1, 4)), ops(client, random.nextInt(3)));
    client
        .call(request)
        .ifPresent(
            answer ->
                request
                    .branch(answer.succeeded())
                    .forEach(
                        op -> {
                          if (op instanceof KvOp.Put) {
                            recentMods.put(op.key(), answer.revision());
                          }
                        }));
  }

  private Compare compare(SplittableRandom random, String key) {
    Compare.Relation relation =
        Compare.Relation.values()[random.nextInt(Compare.Relation.values().length)];
    long recent = recentMods.getOrDefault(key, 0L);
    return switch (random.nextInt(4)) {
      case 0 -> new Compare(Compare.Target.MOD, key, relation, recent, "");
      case 1 -> new Compare(Compare.Target.CREATE, key, relation, recent, "");
      case 2 -> new Compare(Compare.Target.VERSION, key, relation, random.nextInt(6), "");
      default ->
          new Compare(
              Compare.Target.VALUE,
              key,
              relation,
              0,
              random.nextInt(12) + "." + random.nextInt(99));
    };
  }

  private static List<KvOp> ops(Client client, int count) {
    List<KvOp> ops = new ArrayList<>();
    for (String key : someKeys(client.random(), count)) {
      switch (client.random().nextInt(5)) {
        case 0 -> ops.add(new KvOp.Delete(key));
        case 1, 2 -> ops.add(new KvOp.Get(key));
        default -> ops.add(new KvOp.Put(key, client.freshValue(), 0));
      }
    }
    return ops;
  }

  /** Each once: a transaction may not change a key twice. */
  private static TreeSet<String> someKeys(SplittableRandom random, int count) {
    TreeSet<String> keys = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      keys.add("k" + random.nextInt(KEYS));
    }
    return keys;
  }
}
