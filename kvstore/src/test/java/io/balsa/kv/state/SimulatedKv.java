package io.balsa.kv.state;

import com.google.protobuf.UnknownFieldSet;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.model.KvException;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.Snapshot;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.testkit.simulator.SimSubject;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The store under the simulator: the real state machine with its rows on the heap, driven by real commands. Removes compacted
 * history at once, so that equal states are equal in every row.
 */
public final class SimulatedKv implements StateMachine<KvResult> {
  /** Puts, deletes, transactions, leases, compactions; ranges and checksums. */
  public static final SimSubject<SimulatedKv> SUBJECT = new Subject();

  private static final int COMPACTED_ROWS = 7;

  private final KvStateMachine state =
      KvStateMachine.inMemory(
          KvStateConfig.DEFAULT.withoutBackgroundCompaction().withCompactionBatch(COMPACTED_ROWS));

  @Override
  public KvResult apply(EntryId id, Bytes command) {
    return applyAll(List.of(Entry.command(id, command)), id).get(0);
  }

  @Override
  public List<KvResult> applyAll(List<Entry> commands, EntryId through) {
    List<KvResult> results = state.applyAll(commands, through);
    compact();
    return results;
  }

  private void compact() {
    boolean more = true;
    while (more) {
      more = state.compactStep();
    }
  }

  @Override
  public Snapshot capture() {
    return state.capture();
  }

  @Override
  public void restore(SnapshotMeta meta, DataInputStream snapshot) throws IOException {
    state.restore(meta, snapshot);
    compact();
  }

  private static final class Subject implements SimSubject<SimulatedKv> {
    /** A field that no version knows: keeps apart what is otherwise the same command. */
    private static final int NUMBER_FIELD = 1_000;

    /** About so many things are done for each change of the store. */
    private static final int NUMBERS_PER_REVISION = 3;

    private static final int TERMS = 5;

    @Override
    public SimulatedKv create() {
      return new SimulatedKv();
    }

    @Override
    public Bytes command(SplittableRandom random, long number) {
      KvCommand.Builder command =
          new RandomCommands(random.nextLong())
              .command(number / NUMBERS_PER_REVISION, 0, random.nextLong(1, TERMS));
      UnknownFieldSet.Field mark = UnknownFieldSet.Field.newBuilder().addVarint(number).build();
      return CommandCodec.encode(
          command.setUnknownFields(
              UnknownFieldSet.newBuilder().addField(NUMBER_FIELD, mark).build()));
    }

    @Override
    public Object observe(SimulatedKv kv, long number) {
      RandomCommands commands = new RandomCommands(number);
      List<Object> seen = new ArrayList<>();
      try (ReadView view = kv.state.view()) {
        seen.add(view.currentRevision());
        seen.add(view.compactedRevision());
        seen.add(range(view, commands));
        seen.add(kv.state.hashKv(0));
        seen.add(kv.state.leases().all());
        seen.add(kv.state.members());
      }
      return seen;
    }

    private static Object range(ReadView view, RandomCommands commands) {
      try {
        return view.range(commands.range(view.currentRevision()));
      } catch (KvException e) {
        return e.error();
      }
    }
  }
}
