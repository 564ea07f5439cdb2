package io.balsa.kv.access;

import io.balsa.kv.auth.AuthState;
import io.balsa.kv.command.Caller;
import io.balsa.kv.command.TokenIssue;
import java.util.concurrent.CompletableFuture;

/** What a client shows instead of its password. Thread-safe; no method blocks. */
public interface Tokens {

  /**
   * Gives out a token.
   *
   * @param caller the user who has shown their password, and the auth revision at which it was the right one
   */
  CompletableFuture<String> issue(Caller caller);

  /**
   * Whose token it is, as one who is believed at the auth revision of now.
   *
   * @throws io.balsa.kv.model.KvException if it is nobody's, or not any more
   */
  Caller resolve(String token, AuthState auth);

  /** Whether another member may have given the token out after entries that aren't applied here yet. */
  default boolean mayBeUnderWay(String token, AuthState auth) {
    return false;
  }

  /** Another member, or this one, has given a token out. Apply thread. */
  default void onIssued(TokenIssue issued) {}

  /** Whatever was in the log before this member was started is applied: what is issued from now on is fresh. */
  default void onCaughtUp() {}
}
