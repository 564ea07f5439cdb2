package io.balsa.kv.state;

/**
 * A lease as the log knows it. Immutable; any thread.
 *
 * @param grantedTtlSeconds what was granted
 * @param remainingTtlSeconds what the last checkpoint said was left; 0 if there was none, then the granted TTL counts
 */
public record LeaseRecord(long id, long grantedTtlSeconds, long remainingTtlSeconds) {

  /** How long the lease has when its clock starts anew, as after a change of leader. */
  public long ttlToRun() {
    return remainingTtlSeconds > 0 ? remainingTtlSeconds : grantedTtlSeconds;
  }
}
