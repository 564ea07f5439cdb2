package io.balsa.raft.session;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.SnapshotMeta;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** A state machine with sessions, and a log of one term that is applied to it. */
final class Replica {
  final Journal journal = new Journal();
  private final SessionStateMachine<String> machine =
      new SessionStateMachine<>(journal, ResultCodec.UTF8);
  private long index;

  static final SessionLimits LIMITS = SessionLimits.DEFAULT;

  long index() {
    return index;
  }

  int sessions() {
    return machine.sessions();
  }

  SessionResult<String> apply(Bytes command) {
    return applyAll(List.of(command)).get(0);
  }

  SessionResult<String> apply(SessionCommand command) {
    return apply(command.encode());
  }

  List<SessionResult<String>> applyAll(List<Bytes> commands) {
    List<Entry> entries = new ArrayList<>();
    for (Bytes command : commands) {
      entries.add(Entry.command(new EntryId(1, ++index), command));
    }
    return machine.applyAll(entries, new EntryId(1, index));
  }

  long open(SessionLimits limits) {
    return ((SessionResult.SessionHeard<String>) apply(new SessionCommand.Open(limits))).session();
  }

  long open() {
    return open(LIMITS);
  }

  /** The command {@code number} of the session, which is its own text. */
  SessionResult<String> command(long session, long acknowledged, long stamp, long number) {
    return apply(numbered(session, acknowledged, stamp, number));
  }

  static SessionCommand numbered(long session, long acknowledged, long stamp, long number) {
    return new SessionCommand.Numbered(
        new SessionCommand.Header(session, acknowledged, stamp),
        number,
        Bytes.utf8("s" + session + "c" + number));
  }

  SessionResult<String> keepAlive(long session, long stamp) {
    return apply(new SessionCommand.KeepAlive(new SessionCommand.Header(session, 0, stamp)));
  }

  SessionResult<String> close(long session, long stamp) {
    return apply(new SessionCommand.Close(new SessionCommand.Header(session, 0, stamp)));
  }

  Bytes capture() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var snapshot = machine.capture()) {
      snapshot.writeTo(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Bytes.wrap(bytes.toByteArray());
  }

  /** Another replica, which begins with a snapshot of this one. */
  Replica restored() {
    Replica other = new Replica();
    other.index = index;
    try {
      other.machine.restore(
          SnapshotMeta.NONE,
          new DataInputStream(new ByteArrayInputStream(capture().toByteArray())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return other;
  }
}
