package io.balsa.examples.chaos.workload;

/** What a client does to a lease. Immutable. */
public sealed interface LeaseStep {
  long id();

  /** Asks for a lease under an id of the client's own choice. */
  record Grant(long id, long ttlSeconds) implements LeaseStep {}

  record KeepAlive(long id) implements LeaseStep {}

  record Revoke(long id) implements LeaseStep {}

  /**
   * What it was answered.
   *
   * @param ttlSeconds that the lease has from then on; 0 or less if there is no such lease
   */
  record Ttl(long ttlSeconds) {}
}
