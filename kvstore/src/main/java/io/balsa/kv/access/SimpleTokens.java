package io.balsa.kv.access;

import com.google.protobuf.ByteString;
import io.balsa.kv.auth.AuthState;
import io.balsa.kv.command.Caller;
import io.balsa.kv.command.CommandDone;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.TokenIssue;
import io.balsa.kv.etcd.Results;
import io.balsa.kv.model.KvError;
import io.balsa.kv.request.RequestRouter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Tokens that mean nothing by themselves: each member remembers whose they are. Thread-safe. */
public final class SimpleTokens implements Tokens {
  /*
   *   token   secret "." index            192 random bits; an entry by which the token is known
   *   log     digest of the secret, user  so that every member knows the token: a client may go on at any of them
   *   memory  digest -> session           lost with the process: clients then log in again
   *
   * A member that lags behind the index waits until it has caught up before it calls a token invalid. One that caught up by a
   * snapshot never hears of the tokens before it: their owners log in again. Neither the log nor a snapshot holds what would
   * let anybody in.
   *
   * A session ends when it wasn't used on this member for the time to live. There is no clock in the log, so an entry that
   * is applied again when a member starts says nothing about its age: sessions are begun by entries of now only.
   */
  private static final int SECRET_BYTES = 24;

  private final RequestRouter router;
  private final LongSupplier appliedIndex;
  private final long ttlNanos;
  private final LongSupplier nanoClock;
  private final SecureRandom random = new SecureRandom();
  private final Map<ByteString, Session> sessions = new ConcurrentHashMap<>();
  private volatile boolean caughtUp;

  /** When forgotten sessions are to be looked for; they only cost memory. */
  private volatile long sweepAt;

  private static final class Session {
    final Caller caller;
    volatile long usedAt;

    Session(Caller caller, long usedAt) {
      this.caller = caller;
      this.usedAt = usedAt;
    }
  }

  /**
   * @param appliedIndex the last entry that this member has applied and told listeners of: a state that is published but not yet
   *     announced would call its tokens invalid
   * @param nanoClock monotonic
   */
  public SimpleTokens(
      RequestRouter router, LongSupplier appliedIndex, Duration ttl, LongSupplier nanoClock) {
    this.router = router;
    this.appliedIndex = appliedIndex;
    this.ttlNanos = ttl.toNanos();
    this.nanoClock = nanoClock;
    this.sweepAt = nanoClock.getAsLong() + ttlNanos;
  }

  @Override
  public CompletableFuture<String> issue(Caller caller) {
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    TokenIssue issued =
        TokenIssue.newBuilder()
            .setDigest(digest(secret))
            .setUser(caller.getUser())
            .setAuthRevision(caller.getAuthRevision())
            .build();
    return router
        .propose(KvCommand.newBuilder().setTokenIssue(issued))
        .thenApply(
            result -> {
              CommandDone unused = Results.of(result, CommandDone.class);
              begin(issued); // Also if this member didn't listen to the log yet.
              return secret + "." + appliedIndex.getAsLong();
            });
  }

  @Override
  public void onIssued(TokenIssue issued) {
    if (caughtUp) {
      begin(issued);
    }
  }

  @Override
  public void onCaughtUp() {
    caughtUp = true;
  }

  private void begin(TokenIssue issued) {
    long now = nanoClock.getAsLong();
    Caller caller =
        Caller.newBuilder()
            .setUser(issued.getUser())
            .setAuthRevision(issued.getAuthRevision())
            .build();
    sessions.putIfAbsent(issued.getDigest(), new Session(caller, now));
    if (now - sweepAt >= 0) {
      sweepAt = now + ttlNanos;
      sessions.values().removeIf(session -> now - session.usedAt > ttlNanos);
    }
  }

  @Override
  public Caller resolve(String token, AuthState auth) {
    int dot = token.indexOf('.');
    ByteString digest = digest(dot < 0 ? token : token.substring(0, dot));
    Session session = sessions.get(digest);
    long now = nanoClock.getAsLong();
    if (session == null) {
      throw KvError.INVALID_AUTH_TOKEN.exception();
    }
    if (now - session.usedAt > ttlNanos || !auth.trusts(session.caller)) {
      sessions.remove(digest);
      throw KvError.INVALID_AUTH_TOKEN.exception();
    }
    session.usedAt = now;
    return session.caller.toBuilder().setAuthRevision(auth.revision()).build();
  }

  @Override
  public boolean mayBeUnderWay(String token, AuthState auth) {
    int dot = token.indexOf('.');
    try {
      return dot >= 0 && Long.parseLong(token.substring(dot + 1)) > appliedIndex.getAsLong();
    } catch (NumberFormatException e) {
      return false; // Then it is none of ours.
    }
  }

  private static ByteString digest(String secret) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return ByteString.copyFrom(sha.digest(secret.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
