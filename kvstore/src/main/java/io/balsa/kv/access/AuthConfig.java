package io.balsa.kv.access;

import java.time.Duration;
import java.util.Optional;

/**
 * How users are authenticated. Immutable.
 *
 * @param jwt how tokens are signed; empty for simple ones
 * @param tokenTtl how long a simple token lives without being used
 * @param bcryptCost the logarithm of the work that a password costs
 */
public record AuthConfig(Optional<JwtConfig> jwt, Duration tokenTtl, int bcryptCost) {}
