package io.balsa.raft.session;

import io.balsa.raft.model.Bytes;

/** What the table says about a command before it is applied. */
sealed interface Admission {
  Admission APPLY = Answer.APPLY;
  Admission ACKNOWLEDGED = Answer.ACKNOWLEDGED;
  Admission FORGOTTEN = Answer.FORGOTTEN;
  Admission TOO_MANY = Answer.TOO_MANY;
  Admission EXPIRED = Answer.EXPIRED;

  /** It was applied, with this result. */
  record Known(Bytes result) implements Admission {}

  /** All that needs no more words. */
  enum Answer implements Admission {
    /** It wasn't: apply it now. */
    APPLY,
    /** It was applied, and its client knows. */
    ACKNOWLEDGED,
    /** It was applied, and the result isn't kept. */
    FORGOTTEN,
    /** It wasn't applied, and its number is too far above what the client has acknowledged. */
    TOO_MANY,
    /** Nothing is known of its session. */
    EXPIRED
  }
}
