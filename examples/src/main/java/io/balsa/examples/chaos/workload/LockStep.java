package io.balsa.examples.chaos.workload;

/** What a client does to a lock. Immutable. */
public sealed interface LockStep {

  /** Waits for the lock, on behalf of a lease. */
  record Acquire(String name, long lease) implements LockStep {}

  /**
   * Writes below the protection of a lock, on condition that the lock's key is still there.
   *
   * @param lockKey the key that stands for the holder
   */
  record Guarded(String name, String lockKey) implements LockStep {}

  record Release(String lockKey) implements LockStep {}

  /** The lock's key, when it was acquired. */
  record Acquired(String lockKey) {}
}
