package io.balsa.raft.session;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.spi.StateMachine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Applies one run of entries: asks the table about each, and hands the user's state machine those that are to take effect. */
final class SessionRun<R> {
  /*
   * How the log is cut into runs differs from replica to replica, and the table must not depend on it. The user's state
   * machine may prefer many commands at once, so those of different sessions are collected; what the table does for one
   * session never depends on another's results. But before an entry of a session with a collected command is looked at, the
   * collected ones are applied, as if they had come one by one.
   */
  private final SessionTable table;
  private final StateMachine<R> stateMachine;
  private final ResultCodec<R> codec;

  private final List<Collected> collected = new ArrayList<>();
  private final Set<Long> collectedSessions = new HashSet<>();

  /** By the position of the entry in the run. */
  private final TreeMap<Integer, SessionResult<R>> results = new TreeMap<>();

  /**
   * A command that waits to be handed to the state machine.
   *
   * @param session 0 for a command without one, which no session's id is
   */
  private record Collected(int position, Entry entry, long session, long number, long logTime) {}

  SessionRun(SessionTable table, StateMachine<R> stateMachine, ResultCodec<R> codec) {
    this.table = table;
    this.stateMachine = stateMachine;
    this.codec = codec;
  }

  List<SessionResult<R>> apply(List<Entry> entries, EntryId through) {
    for (int position = 0; position < entries.size(); position++) {
      apply(position, entries.get(position));
    }
    handOver(through);
    return new ArrayList<>(results.values());
  }

  private void apply(int position, Entry entry) {
    Optional<SessionCommand> decoded = SessionCommand.decode(entry.payload());
    if (decoded.isEmpty()) {
      results.put(position, new SessionResult.NotForSessions<>(table.logTime()));
      return;
    }
    SessionCommand command = decoded.get();
    if (command instanceof SessionCommand.Numbered numbered) {
      applyNumbered(position, entry.id(), numbered);
    } else if (command instanceof SessionCommand.WithoutSession without) {
      collect(position, entry.id(), without);
    } else if (command instanceof SessionCommand.Open open) {
      handOverAll(); // their results are kept within the limits that held until now
      table.open(entry.index(), open.limits());
      results.put(position, new SessionResult.SessionHeard<>(table.logTime(), entry.index()));
    } else if (command instanceof SessionCommand.KeepAlive keepAlive) {
      long session = settle(keepAlive.header().session());
      results.put(position, heard(table.keepAlive(keepAlive.header()), session));
    } else if (command instanceof SessionCommand.Close close) {
      long session = settle(close.header().session());
      results.put(position, heard(table.close(close.header()), session));
    }
  }

  private SessionResult<R> heard(boolean there, long session) {
    return there
        ? new SessionResult.SessionHeard<>(table.logTime(), session)
        : new SessionResult.Expired<>(table.logTime());
  }

  private void collect(int position, EntryId id, SessionCommand.WithoutSession without) {
    Entry bare = Entry.command(id, without.command());
    collected.add(new Collected(position, bare, 0, 0, table.logTime()));
  }

  private void applyNumbered(int position, EntryId id, SessionCommand.Numbered numbered) {
    long session = settle(numbered.header().session());
    Admission admission = table.admit(numbered.header(), numbered.number());
    if (admission == Admission.APPLY) {
      Entry bare = Entry.command(id, numbered.command());
      collected.add(new Collected(position, bare, session, numbered.number(), table.logTime()));
      collectedSessions.add(session);
    } else {
      results.put(position, answer(admission));
    }
  }

  private SessionResult<R> answer(Admission admission) {
    long logTime = table.logTime();
    if (admission instanceof Admission.Known known) {
      return new SessionResult.Applied<>(logTime, codec.decode(known.result()));
    }
    return switch ((Admission.Answer) admission) {
      case ACKNOWLEDGED -> new SessionResult.AlreadyAcknowledged<>(logTime);
      case FORGOTTEN -> new SessionResult.ResultForgotten<>(logTime);
      case TOO_MANY -> new SessionResult.TooManyAtOnce<>(logTime);
      case EXPIRED -> new SessionResult.Expired<>(logTime);
      case APPLY -> throw new IllegalStateException("it is to be applied first");
    };
  }

  /** Applies what is collected if any of it is the session's. Returns the session. */
  private long settle(long session) {
    if (collectedSessions.contains(session)) {
      handOverAll();
    }
    return session;
  }

  private void handOverAll() {
    if (!collected.isEmpty()) {
      handOver(collected.get(collected.size() - 1).entry().id());
    }
  }

  private void handOver(EntryId through) {
    List<Entry> entries = collected.stream().map(Collected::entry).toList();
    List<R> answers = stateMachine.applyAll(entries, through);
    for (int i = 0; i < collected.size(); i++) {
      Collected command = collected.get(i);
      R result = answers.get(i);
      results.put(command.position(), new SessionResult.Applied<>(command.logTime(), result));
      if (command.session() != 0) {
        table.applied(command.session(), command.number(), codec.encode(result));
      }
    }
    collected.clear();
    collectedSessions.clear();
  }
}
