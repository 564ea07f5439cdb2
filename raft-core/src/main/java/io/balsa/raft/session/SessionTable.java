package io.balsa.raft.session;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Invariant;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the replicas remember of all sessions: a function of the log's entries alone, so equal on all of them after the same
 * entry, byte for byte (trap T6). One thread.
 */
final class SessionTable {
  /*
   * Sessions are in the order in which they were last heard, which is the order of log time, because log time never runs
   * back. So whoever is to be evicted, for its age or because there are too many, is at the front:
   *
   *     front  [s7 heard at 90] [s2 heard at 95] [s9 heard at 130]  back
   *
   * An entry looks at those that it evicts and at one more, and evicts each only once: constant time per entry, amortized.
   */
  private static final byte FORMAT_VERSION = 1;

  /** Insertion order is the order in which they were last heard: a session that is heard is taken out and put in again. */
  private final LinkedHashMap<Long, KeptSession> sessions = new LinkedHashMap<>();

  private final LogTime time;

  /** Those of the newest session that was ever opened. */
  private SessionLimits limits;

  SessionTable() {
    this(new LogTime(0), SessionLimits.DEFAULT);
  }

  private SessionTable(LogTime time, SessionLimits limits) {
    this.time = time;
    this.limits = limits;
  }

  long logTime() {
    return time.now();
  }

  int size() {
    return sessions.size();
  }

  /** Opens a session. */
  void open(long session, SessionLimits newLimits) {
    limits = newLimits;
    Invariant.check(!sessions.containsKey(session), "session %d is opened twice", session);
    sessions.put(session, new KeptSession(session, time.now()));
    evict();
  }

  /** A command wants to be applied. */
  Admission admit(SessionCommand.Header header, long number) {
    KeptSession session = hear(header);
    return session == null ? Admission.EXPIRED : session.admit(number, limits.commandsMax());
  }

  /** A command that was to be applied had this result. */
  void applied(long session, long number, Bytes result) {
    KeptSession kept = sessions.get(session);
    if (kept != null) {
      kept.applied(number, result, limits.resultBytesMax());
    }
  }

  /** Whether the session is there. */
  boolean keepAlive(SessionCommand.Header header) {
    return hear(header) != null;
  }

  /** Whether the session was there. */
  boolean close(SessionCommand.Header header) {
    return hear(header) != null && sessions.remove(header.session()) != null;
  }

  private @Nullable KeptSession hear(SessionCommand.Header header) {
    time.advance(header.stamp(), limits.ttlNanos());
    KeptSession session = sessions.remove(header.session());
    if (session != null) {
      session.heard(time.now(), header.acknowledged());
      sessions.put(session.id(), session);
    }
    evict();
    return session;
  }

  private void evict() {
    Iterator<KeptSession> longestUnheard = sessions.values().iterator();
    while (longestUnheard.hasNext()) {
      KeptSession session = longestUnheard.next();
      boolean tooOld = time.now() - session.heardAt() > limits.ttlNanos();
      if (!tooOld && sessions.size() <= limits.sessionsMax()) {
        return;
      }
      longestUnheard.remove();
    }
  }

  /** A table that stays as this one is now. */
  SessionTable copy() {
    SessionTable copy = new SessionTable(new LogTime(time.now()), limits);
    sessions.forEach((id, session) -> copy.sessions.put(id, session.copy()));
    return copy;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeByte(FORMAT_VERSION);
    limits.writeTo(out);
    out.writeLong(time.now());
    out.writeInt(sessions.size());
    for (KeptSession session : sessions.values()) {
      session.writeTo(out);
    }
  }

  /** Throws {@link IOException} for a format that isn't known. */
  static SessionTable readFrom(DataInput in) throws IOException {
    byte version = in.readByte();
    if (version != FORMAT_VERSION) {
      throw new IOException(
          "the snapshot's table of sessions has version "
              + version
              + ", known is "
              + FORMAT_VERSION);
    }
    SessionLimits limits = SessionLimits.readFrom(in);
    SessionTable table = new SessionTable(new LogTime(in.readLong()), limits);
    for (int i = in.readInt(); i > 0; i--) {
      KeptSession session = KeptSession.readFrom(in);
      table.sessions.put(session.id(), session);
    }
    return table;
  }
}
