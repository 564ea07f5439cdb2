package io.balsa.kv.access;

import java.time.Duration;

/**
 * How users are authenticated. Immutable.
 *
 * @param tokenTtl how long a simple token lives without being used
 * @param bcryptCost the logarithm of the work that a password costs
 */
public record AuthConfig(Duration tokenTtl, int bcryptCost) {}
