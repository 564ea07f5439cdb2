package io.balsa.examples.bench.kv;

import com.google.protobuf.ByteString;
import io.balsa.examples.process.ExampleException;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import java.util.concurrent.TimeUnit;

/** Fills a store before it is measured: many puts per transaction. */
public final class Filler {
  /** etcd's {@code --max-txn-ops}. */
  private static final int PUTS_PER_TXN = 128;

  private static final int BYTES_PER_TXN = 256 * 1024;
  private static final int CLIENTS = 16;
  private static final long MINUTES_MAX = 60;

  private Filler() {}

  /**
   * Puts all keys that there are, with values of that size.
   *
   * @throws ExampleException if a put is refused
   */
  static void fill(Connections connections, Keys keys, int valueBytes) {
    ByteString value = Keys.value(valueBytes);
    int perTxn = Math.max(1, Math.min(PUTS_PER_TXN, BYTES_PER_TXN / valueBytes));
    long[] next = {0};
    RequestSource source =
        () -> {
          long from;
          synchronized (next) { // The clients' first requests come from the caller's thread.
            from = next[0];
            next[0] += perTxn;
          }
          return from >= keys.space()
              ? null
              : Request.txn(puts(keys, from, Math.min(from + perTxn, keys.space()), value));
        };
    Tally tally = new Tally(CLIENTS);
    for (int client = 0; client < CLIENTS; client++) {
      ClosedLoop.start(connections.of(client), source, tally);
    }
    tally.awaitIdle(MINUTES_MAX, TimeUnit.MINUTES);
    if (tally.errors() > 0) {
      throw new ExampleException("can't fill the store: " + tally.firstError());
    }
  }

  /** Whether as many keys as that are below the prefix, in the state of the member that is asked. */
  public static boolean isFilled(Connections connections, int prefix, int count) {
    return isFilled(connections, new Keys(prefix, count));
  }

  /** Whether the last of the keys below the prefix is in the state of the member that is asked. */
  public static boolean hasLast(Connections connections, int prefix, int count) {
    return KVGrpc.newBlockingStub(connections.of(0))
            .withDeadlineAfter(MINUTES_MAX, TimeUnit.MINUTES)
            .range(
                RangeRequest.newBuilder()
                    .setKey(new Keys(prefix, count).at(count - 1))
                    .setSerializable(true)
                    .build())
            .getCount()
        == 1;
  }

  /** Whether all keys are there. */
  static boolean isFilled(Connections connections, Keys keys) {
    return KVGrpc.newBlockingStub(connections.of(0))
            .withDeadlineAfter(MINUTES_MAX, TimeUnit.MINUTES)
            .range(
                RangeRequest.newBuilder()
                    .setKey(keys.at(0))
                    .setRangeEnd(keys.at(keys.space()))
                    .setCountOnly(true)
                    .setSerializable(true)
                    .build())
            .getCount()
        == keys.space();
  }

  /** As many keys as that, numbered from 0, below a prefix. */
  public static void fill(Connections connections, int prefix, int count, int valueBytes) {
    fill(connections, new Keys(prefix, count), valueBytes);
  }

  private static TxnRequest puts(Keys keys, long from, long to, ByteString value) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (long number = from; number < to; number++) {
      txn.addSuccess(
          RequestOp.newBuilder()
              .setRequestPut(PutRequest.newBuilder().setKey(keys.at(number)).setValue(value)));
    }
    return txn.build();
  }
}
