package io.balsa.kv.quota;

import java.time.Duration;

/**
 * Settings of the room for the store. Immutable.
 *
 * @param quotaBytes the size at which what takes room is refused; 0 or less for no limit
 * @param manualDisarm whether, as in etcd, only an operator lowers NOSPACE; otherwise it goes once there is room again
 * @param measureEvery how often the store is measured; in between, what was let in is added up
 */
public record SpaceConfig(long quotaBytes, boolean manualDisarm, Duration measureEvery) {

  /** The defaults. */
  public static SpaceConfig of(long quotaBytes, boolean manualDisarm) {
    return new SpaceConfig(quotaBytes, manualDisarm, Duration.ofMillis(250));
  }

  boolean fits(long bytes) {
    return quotaBytes <= 0 || bytes < quotaBytes;
  }

  /** Well below the quota: an alarm that is lowered isn't to be raised again by the next put. */
  boolean isRoomy(long bytes) {
    return quotaBytes <= 0 || bytes < quotaBytes - quotaBytes / 10;
  }
}
