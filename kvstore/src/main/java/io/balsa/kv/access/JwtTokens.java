package io.balsa.kv.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.balsa.kv.auth.AuthState;
import io.balsa.kv.command.Caller;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tokens that say whose they are, signed: no member has to remember them, and others can make them. Thread-safe. */
public final class JwtTokens implements Tokens {
  /*
   * The claims are etcd's: username, revision, exp. In etcd a token is good as long as no user or role changes at all; here
   * as long as its own user's password doesn't, and authentication isn't switched off: what users may do isn't in the
   * token, so it needn't change with that.
   *
   * Verifying takes longer than most calls, so what was verified is remembered for as long as it is good.
   */
  private static final Logger log = LoggerFactory.getLogger(JwtTokens.class);
  private static final String USER = "username";
  private static final String REVISION = "revision";
  private static final int VERIFIED_MAX = 10_000;

  private final JwtConfig config;
  private final Clock clock;
  private final Map<String, Verified> verified = new ConcurrentHashMap<>();

  private record Verified(Caller caller, Instant goodUntil) {}

  public JwtTokens(JwtConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  @Override
  public CompletableFuture<String> issue(Caller caller) {
    if (config.keys().signer().isEmpty()) {
      log.warn("a user can't log in here: there is no priv-key to sign tokens with");
      return CompletableFuture.failedFuture(KvError.INVALID_AUTH_TOKEN.exception());
    }
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .claim(USER, caller.getUser())
            .claim(REVISION, caller.getAuthRevision())
            .expirationTime(Date.from(clock.instant().plus(config.ttl())))
            .build();
    SignedJWT token = new SignedJWT(new JWSHeader(config.algorithm()), claims);
    try {
      token.sign(config.keys().signer().get());
    } catch (JOSEException e) {
      return CompletableFuture.failedFuture(e);
    }
    return CompletableFuture.completedFuture(token.serialize());
  }

  @Override
  public Caller resolve(String token, AuthState auth) {
    Caller caller = verify(token);
    if (auth.user(caller.getUser()).isEmpty()) {
      throw KvError.INVALID_AUTH_TOKEN.exception();
    }
    if (!auth.trusts(caller)) {
      throw KvError.AUTH_OLD_REVISION.exception();
    }
    return caller.toBuilder().setAuthRevision(auth.revision()).build();
  }

  @Override
  public boolean mayBeUnderWay(String token, AuthState auth) {
    try {
      return verify(token).getAuthRevision() > auth.revision();
    } catch (KvException invalid) {
      return false;
    }
  }

  /** Whose token it was when it was made. */
  private Caller verify(String token) {
    Verified known = verified.get(token);
    if (known == null) {
      known = readAndVerify(token);
      if (verified.size() >= VERIFIED_MAX) {
        verified.clear();
      }
      verified.put(token, known);
    }
    if (!clock.instant().isBefore(known.goodUntil())) {
      verified.remove(token);
      throw KvError.INVALID_AUTH_TOKEN.exception();
    }
    return known.caller();
  }

  private Verified readAndVerify(String token) {
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      JWTClaimsSet claims = jwt.getJWTClaimsSet();
      String user = claims.getStringClaim(USER);
      Long revision = claims.getLongClaim(REVISION);
      Date goodUntil = claims.getExpirationTime();
      // The method is ours, never the token's: it may say "none".
      if (config.algorithm().equals(jwt.getHeader().getAlgorithm())
          && jwt.verify(config.keys().verifier())
          && user != null
          && revision != null
          && goodUntil != null) {
        return new Verified(
            Caller.newBuilder().setUser(user).setAuthRevision(revision).build(),
            goodUntil.toInstant());
      }
    } catch (ParseException | JOSEException notOurs) {
      log.debug("a token isn't one of ours", notOurs);
    }
    throw KvError.INVALID_AUTH_TOKEN.exception();
  }
}
