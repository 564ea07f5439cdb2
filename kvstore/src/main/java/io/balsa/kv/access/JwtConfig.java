package io.balsa.kv.access;

import com.nimbusds.jose.JWSAlgorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How tokens are signed, as {@code --auth-token=jwt,...} says it. Immutable.
 *
 * @param keys what signs and what verifies; a member that can only verify gives no tokens out
 * @param ttl how long a token is good
 */
public record JwtConfig(JWSAlgorithm algorithm, JwtKeys keys, Duration ttl) {
  private static final Duration DEFAULT_TTL = Duration.ofMinutes(5);

  /**
   * Reads the options behind {@code jwt,} and the key files that they name.
   *
   * @param duration parses a duration as flags write it
   * @throws IllegalArgumentException if they don't say how to sign
   */
  public static JwtConfig parse(String options, Function<String, Duration> duration) {
    Map<String, String> given = new TreeMap<>();
    for (String option : options.split(",", -1)) {
      String[] pair = option.split("=", 2);
      if (pair.length != 2 || given.put(pair[0], pair[1]) != null) {
        throw new IllegalArgumentException("'" + option + "' isn't one NAME=VALUE of its own");
      }
    }
    String method = given.remove("sign-method");
    if (method == null) {
      throw new IllegalArgumentException("sign-method is missing");
    }
    Optional<String> publicKey = Optional.ofNullable(given.remove("pub-key"));
    Optional<String> privateKey = Optional.ofNullable(given.remove("priv-key"));
    Duration ttl = Optional.ofNullable(given.remove("ttl")).map(duration).orElse(DEFAULT_TTL);
    if (!given.isEmpty()) {
      throw new IllegalArgumentException("unknown: " + String.join(", ", given.keySet()));
    }
    if (ttl.isNegative() || ttl.isZero()) {
      throw new IllegalArgumentException("ttl must be positive");
    }
    JWSAlgorithm algorithm = JWSAlgorithm.parse(method);
    try {
      return new JwtConfig(
          algorithm,
          JwtKeys.of(algorithm, read(publicKey.orElse(null)), read(privateKey.orElse(null))),
          ttl);
    } catch (IOException e) {
      throw new IllegalArgumentException("a key file can't be read: " + e, e);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("a key isn't one for " + method + ": " + e, e);
    }
  }

  private static byte @Nullable [] read(@Nullable String file) throws IOException {
    return file == null ? null : Files.readAllBytes(Path.of(file));
  }
}
