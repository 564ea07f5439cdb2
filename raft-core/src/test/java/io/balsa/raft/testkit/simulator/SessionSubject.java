package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.session.ResultCodec;
import io.balsa.raft.session.SessionStateMachine;
import io.balsa.raft.spi.Snapshot;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.testkit.invariant.PropertyViolation;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A state machine with sessions, around a ledger that bears no command twice. The usual clients write and read it without
 * sessions; {@link SessionClients} come to them.
 */
public final class SessionSubject implements SimSubject<SessionStateMachine<Long>> {
  public static final SessionSubject SUBJECT = new SessionSubject();

  private static final long MARK = 0x4C_45_44_47_45_52_3A_20L;

  private SessionSubject() {}

  @Override
  public SessionStateMachine<Long> create() {
    return new SessionStateMachine<>(new Ledger(), ResultCodec.LONG);
  }

  @Override
  public Bytes command(SplittableRandom random, long number) {
    return SessionStateMachine.withoutSession(command(number));
  }

  /** What the ledger takes: a mark, and the command's number. */
  static Bytes command(long number) {
    byte[] bytes = new byte[2 * Long.BYTES];
    Bytes.ofLong(MARK).copyTo(bytes, 0);
    Bytes.ofLong(number).copyTo(bytes, Long.BYTES);
    return Bytes.wrap(bytes);
  }

  /** The number of the command that the entry carries in whatever envelope: an envelope ends with what it holds. */
  static Optional<Long> commandIn(Bytes entry) {
    int start = entry.size() - 2 * Long.BYTES;
    return start >= 0 && entry.getLong(start) == MARK
        ? Optional.of(entry.getLong(start + Long.BYTES))
        : Optional.empty();
  }

  @Override
  public Object observe(SessionStateMachine<Long> stateMachine, long number) {
    return ((Ledger) stateMachine.inner()).places.size();
  }

  /** The command's place in the node's ledger; empty if it isn't there. */
  static Optional<Long> place(SimNode<?> node, long command) {
    SessionStateMachine<?> machine = (SessionStateMachine<?>) node.applier().stateMachine();
    return Optional.ofNullable(((Ledger) machine.inner()).places.get(command));
  }

  /** Each command's number and its place: the how-many-eth it was. */
  private static final class Ledger implements StateMachine<Long> {
    private final Map<Long, Long> places = new TreeMap<>();

    @Override
    public Long apply(EntryId id, Bytes command) {
      long place = places.size() + 1;
      Long before = places.putIfAbsent(command.getLong(Long.BYTES), place);
      if (before != null) {
        throw new PropertyViolation(
            "AppliedOnce", command.getLong(Long.BYTES) + " at " + id + " was applied as " + before);
      }
      return place;
    }

    @Override
    public Snapshot capture() {
      Map<Long, Long> captured = new TreeMap<>(places);
      return sink -> {
        sink.writeInt(captured.size());
        for (Map.Entry<Long, Long> entry : captured.entrySet()) {
          sink.writeLong(entry.getKey());
          sink.writeLong(entry.getValue());
        }
      };
    }

    @Override
    public void restore(SnapshotMeta meta, DataInputStream snapshot) throws IOException {
      places.clear();
      for (int i = snapshot.readInt(); i > 0; i--) {
        long command = snapshot.readLong();
        places.put(command, snapshot.readLong());
      }
    }
  }
}
