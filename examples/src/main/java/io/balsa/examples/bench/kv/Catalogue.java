package io.balsa.examples.bench.kv;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The workloads, in the order in which they run: reads first, while the store is small. */
final class Catalogue {
  private static final int VALUE = 256;
  private static final int LARGE_VALUE = 4096;
  private static final int READ_KEYS = 10_000;
  private static final int WRITE_KEYS = 100_000;
  private static final int DELETE_KEYS = 200_000;
  private static final int LEASE_SECONDS = 600;

  /** Each kind of key has a prefix of its own. */
  private static final int READ = 1;

  private static final int WRITE = 2;
  private static final int DELETE = 3;
  private static final int LARGE = 4;

  private final List<Workload> workloads = new ArrayList<>();

  private Catalogue() {}

  static List<Workload> all() {
    Catalogue all = new Catalogue();
    for (int clients : new int[] {1, 8, 64, 256, 1000}) {
      all.range("range", clients, false);
      all.range("range-serializable", clients, true);
      all.put(clients, VALUE);
    }
    all.put(64, LARGE_VALUE);
    all.put(256, LARGE_VALUE);
    all.mixed(256);
    all.txn(64);
    all.txn(256);
    all.delete(256);
    all.plain("lease-grant", 64, 0, () -> () -> Request.grant(LEASE_SECONDS));
    all.workloads.add(new KeepAliveWorkload(64));
    all.workloads.add(new KeepAliveWorkload(256));
    for (int watchers : new int[] {100, 1_000, 10_000}) {
      all.workloads.add(new WatchWorkload(watchers, VALUE));
    }
    all.rangeMany("range-10k", 10_000, 1);
    all.rangeMany("range-10k", 10_000, 8);
    all.rangeMany("range-100k", 100_000, 1);
    all.rangeMany("range-100k", 100_000, 4);
    return all.workloads;
  }

  private void range(String name, int clients, boolean serializable) {
    Keys keys = new Keys(READ, READ_KEYS);
    workloads.add(
        new CallWorkload(
            name,
            clients,
            VALUE,
            false,
            once(keys, VALUE),
            () -> () -> Request.range(keys.any(), serializable)));
  }

  private void put(int clients, int valueBytes) {
    Keys keys = new Keys(WRITE, WRITE_KEYS);
    ByteString value = Keys.value(valueBytes);
    plain("put", clients, valueBytes, () -> () -> Request.put(keys.any(), value));
  }

  /** Nine linearizable ranges for every put. */
  private void mixed(int clients) {
    Keys keys = new Keys(READ, READ_KEYS);
    ByteString value = Keys.value(VALUE);
    Supplier<RequestSource> source =
        () -> {
          int[] turn = {0};
          return () ->
              turn[0]++ % 10 == 0
                  ? Request.put(keys.any(), value)
                  : Request.range(keys.any(), false);
        };
    workloads.add(
        new CallWorkload("mixed-90-10", clients, VALUE, false, once(keys, VALUE), source));
  }

  private void txn(int clients) {
    Keys keys = new Keys(WRITE, WRITE_KEYS);
    ByteString value = Keys.value(VALUE);
    plain("txn-compare-put", clients, VALUE, () -> () -> Request.compareAndPut(keys.any(), value));
  }

  /** Every key is there when it is deleted. */
  private void delete(int clients) {
    Keys keys = new Keys(DELETE, DELETE_KEYS);
    Supplier<RequestSource> source =
        () -> {
          int[] next = {0};
          return () -> next[0] < keys.space() ? Request.delete(keys.at(next[0]++)) : null;
        };
    workloads.add(
        new CallWorkload(
            "delete", clients, 1, true, connections -> Filler.fill(connections, keys, 1), source));
  }

  private void rangeMany(String name, int count, int clients) {
    Keys keys = new Keys(LARGE, 100_000);
    workloads.add(
        new CallWorkload(
            name,
            clients,
            VALUE,
            false,
            once(keys, VALUE),
            () -> () -> Request.range(keys.at(0), keys.at(keys.space()), count)));
  }

  private void plain(String name, int clients, int valueBytes, Supplier<RequestSource> source) {
    workloads.add(new CallWorkload(name, clients, valueBytes, false, connections -> {}, source));
  }

  /** Fills the keys unless the last of them is there. */
  private static Consumer<Connections> once(Keys keys, int valueBytes) {
    return connections -> {
      if (!Filler.isFilled(connections, keys)) {
        Filler.fill(connections, keys, valueBytes);
      }
    };
  }
}
