package io.balsa.raft.session;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.InvalidConfigException;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.DurableStateMachine;
import io.balsa.raft.spi.Snapshot;
import io.balsa.raft.spi.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;

/**
 * A state machine around the user's that lets each command of a session take effect once, however often it is in the log
 * (thesis §6.3). All members must use one, from the first entry on.
 *
 * <pre>{@code
 * SessionStateMachine<Long> machine = new SessionStateMachine<>(new Counter(), ResultCodec.LONG);
 * RaftNode<SessionResult<Long>> node =
 *     RaftNode.builder(self, machine)
 *         .initialVoters(voters).transport(transport).logStore(log).snapshotStore(snapshots).start();
 *
 * RaftSession<Long> session = RaftSession.open(node).join();
 * long value = session.propose(Bytes.ofLong(5)).join();   // retried by itself; adds 5 once
 * session.close().join();
 * }</pre>
 *
 * <p>Snapshots hold the table of sessions, and after it what the user's state machine captured. Called as any {@link
 * StateMachine} is, and calls the user's on the same thread.
 *
 * <p>Not for a {@link DurableStateMachine}: its state on disk already holds a command when the process dies, and the table
 * would have to be on that disk in the same atomic write. Otherwise it comes back older than the state, and the next retry
 * is applied twice. Only the user's store can do that; a state with a disk of its own should keep its own table there.
 *
 * @param <R> what a command results in
 */
public final class SessionStateMachine<R> implements StateMachine<SessionResult<R>> {
  private final StateMachine<R> stateMachine;
  private final ResultCodec<R> codec;
  private SessionTable table = new SessionTable();

  /**
   * @throws InvalidConfigException for a durable state machine
   */
  public SessionStateMachine(StateMachine<R> stateMachine, ResultCodec<R> codec) {
    if (stateMachine instanceof DurableStateMachine) {
      throw new InvalidConfigException(
          "a durable state machine can't have sessions around it: its state and the table of sessions"
              + " would not be on disk in one atomic write, so a retry after a crash could be applied twice");
    }
    this.stateMachine = stateMachine;
    this.codec = codec;
  }

  /**
   * A command for {@link io.balsa.raft.RaftNode#propose} on a node with this state machine: it belongs to no session and takes
   * effect as often as it is committed.
   */
  public static Bytes withoutSession(Bytes command) {
    return new SessionCommand.WithoutSession(command).encode();
  }

  /** The user's state machine; for queries. */
  public StateMachine<R> inner() {
    return stateMachine;
  }

  /** How many sessions are open. The apply thread, as a query. */
  public int sessions() {
    return table.size();
  }

  @Override
  public SessionResult<R> apply(EntryId id, Bytes command) {
    return applyAll(List.of(Entry.command(id, command)), id).get(0);
  }

  @Override
  public List<SessionResult<R>> applyAll(List<Entry> commands, EntryId through) {
    return new SessionRun<>(table, stateMachine, codec).apply(commands, through);
  }

  @Override
  public Snapshot capture() {
    SessionTable captured = table.copy();
    Snapshot inner = stateMachine.capture();
    return new Snapshot() {
      @Override
      public void writeTo(DataOutputStream sink) throws IOException {
        captured.writeTo(sink);
        inner.writeTo(sink);
      }

      @Override
      public void close() {
        inner.close();
      }
    };
  }

  @Override
  public void restore(SnapshotMeta meta, DataInputStream snapshot) throws IOException {
    table = SessionTable.readFrom(snapshot);
    stateMachine.restore(meta, snapshot);
  }
}
