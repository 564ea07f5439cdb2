package io.balsa.examples.chaos.workload;

/** What a client does to a lock. Immutable. */
public sealed interface LockStep {

  /** Waits for the lock, on behalf of a lease. */
  record Acquire(String name, long lease) implements LockStep {}

  record Release(String lockKey) implements LockStep {}

  /** The lock's key, when it was acquired. */
  record Acquired(String lockKey) {}
}
