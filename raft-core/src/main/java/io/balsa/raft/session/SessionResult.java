package io.balsa.raft.session;

/**
 * What one entry of a {@link SessionStateMachine} results in, said by what may be concluded about its command. {@link
 * RaftSession} deals with all of them; whoever proposes without a session sees {@link Applied} only.
 *
 * @param <R> what a command results in
 */
public sealed interface SessionResult<R> {
  /** Log time after the entry, in nanoseconds since the log's first session. */
  long logTime();

  /** The command has taken effect, by this entry or by an earlier one that carried it. */
  record Applied<R>(long logTime, R result) implements SessionResult<R> {}

  /** The command took effect by an earlier entry; its result was too large to be kept. */
  record ResultForgotten<R>(long logTime) implements SessionResult<R> {}

  /** The command took effect by an earlier entry, and its client has said that it knows. */
  record AlreadyAcknowledged<R>(long logTime) implements SessionResult<R> {}

  /**
   * No session has this number: it was evicted, closed, or never opened. This entry had no effect, and no later one of the
   * session ever will; an earlier one may have had.
   */
  record Expired<R>(long logTime) implements SessionResult<R> {}

  /** More commands of the session wait for their answers than may; this entry had no effect. */
  record TooManyAtOnce<R>(long logTime) implements SessionResult<R> {}

  /** A session was opened, kept alive or closed. */
  record SessionHeard<R>(long logTime, long session) implements SessionResult<R> {}

  /** The entry's bytes are none that a session writes: somebody proposed a bare command. It had no effect. */
  record NotForSessions<R>(long logTime) implements SessionResult<R> {}
}
