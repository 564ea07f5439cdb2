package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;

/** Measures the state machine alone, by hand: {@code main(directory, keys)} prints one line per figure. */
final class StateBenchmark {
  private static final int RUN = 100;
  private static final int VALUE_BYTES = 256;

  private StateBenchmark() {}

  public static void main(String[] args) {
    Path dir = Path.of(args[0]);
    int keys = Integer.parseInt(args[1]);
    try (KvStateMachine machine = KvStateMachine.open(dir, KvStateConfig.DEFAULT)) {
      time("put, new keys, runs of " + RUN, keys, n -> puts(machine, n, i -> i));
      Random random = new Random(1);
      time(
          "put, existing keys at random",
          keys / 4,
          n -> puts(machine, n, i -> random.nextInt(keys)));
      time("flush", 1, n -> machine.flush());
    }
    long start = System.nanoTime();
    try (KvStateMachine machine = KvStateMachine.open(dir, KvStateConfig.DEFAULT)) {
      System.out.printf("open: %.1f ms%n", (System.nanoTime() - start) / 1e6);
      for (int round = 0; round < 3; round++) {
        reads(machine, keys);
      }
      System.out.printf("size: %,d B, live %,d B%n", machine.dbSize(), machine.dbSizeInUse());
      time("hashKv", 1, n -> System.out.println(machine.hashKv(0)));
      long revision = machine.events().currentRevision();
      time("compaction", keys / 4, n -> compact(machine, revision));
    }
  }

  private static void compact(KvStateMachine machine, long revision) {
    KvCommand.Builder command = KvCommand.newBuilder();
    command.getCompactionBuilder().setRevision(revision);
    Bytes encoded = CommandCodec.encode(command);
    machine.apply(new EntryId(1, machine.lastApplied().index() + 1), encoded);
    machine.compactionDone(revision).join();
  }

  private static void reads(KvStateMachine machine, int keys) {
    Random random = new Random(2);
    time(
        "range of one key, a view each",
        100_000,
        n -> {
          for (int i = 0; i < n; i++) {
            range(machine, RangeRequest.newBuilder().setKey(key(random.nextInt(keys))));
          }
        });
    RangeRequest.Builder many = RangeRequest.newBuilder().setKey(key(0)).setRangeEnd(zero());
    time(
        "range of 10,000 keys",
        20,
        n -> {
          for (int i = 0; i < n; i++) {
            range(machine, RangeRequest.newBuilder().setKey(key(1000)).setRangeEnd(key(11_000)));
          }
        });
    time("count of all keys", 1, n -> range(machine, many.setCountOnly(true)));
  }

  private static void range(KvStateMachine machine, RangeRequest.Builder request) {
    try (ReadView view = machine.view()) {
      if (view.range(request.build()).getCount() == 0) {
        throw new AssertionError("nothing found");
      }
    }
  }

  private interface KeyChoice {
    int at(int i);
  }

  private static void puts(KvStateMachine machine, int count, KeyChoice choice) {
    Random random = new Random(3);
    byte[] value = new byte[VALUE_BYTES];
    for (int done = 0; done < count; done += RUN) {
      List<Entry> run = new ArrayList<>(RUN);
      long index = machine.lastApplied().index();
      for (int i = 0; i < RUN; i++) {
        random.nextBytes(value);
        PutRequest put =
            PutRequest.newBuilder()
                .setKey(key(choice.at(done + i)))
                .setValue(ByteString.copyFrom(value))
                .build();
        Bytes command = CommandCodec.encode(KvCommand.newBuilder().setPut(put));
        run.add(Entry.command(new EntryId(1, index + 1 + i), command));
      }
      machine.applyAll(run, run.get(RUN - 1).id());
    }
  }

  private static ByteString key(int number) {
    return ByteString.copyFrom(Bytes.ofLong(number).asByteBuffer());
  }

  private static ByteString zero() {
    return ByteString.copyFrom(new byte[1]);
  }

  private static void time(String what, int operations, IntConsumer work) {
    long start = System.nanoTime();
    work.accept(operations);
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "%s: %,.0f/s, %.2f µs each, %.3f s%n",
        what, operations / seconds, seconds * 1e6 / operations, seconds);
  }
}
