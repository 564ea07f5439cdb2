package io.balsa.examples.chaos.workload;

import io.balsa.examples.chaos.client.KvWire;
import io.balsa.examples.chaos.history.Keyword;
import io.balsa.examples.chaos.model.Compare;
import io.balsa.examples.chaos.model.KvAnswer;
import io.balsa.examples.chaos.model.KvOp;
import io.balsa.examples.chaos.model.KvRequest;
import io.balsa.examples.chaos.workload.LockStep.Acquired;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseRevokeRequest;
import io.balsa.kv.proto.lock.LockRequest;
import io.balsa.kv.proto.lock.UnlockRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Three locks that all clients fight for. Who has one writes to a key that it guards, each time on condition that the lock's
 * key is still there: without that condition, nothing keeps a holder whose lease has expired from writing.
 */
public final class LockWorkload implements Workload {

  /** The lock's own keys begin with this. */
  public static final String LOCK_PREFIX = "lock";

  /** The keys that locks guard begin with this. */
  public static final String GUARDED_PREFIX = "kg";

  private static final int LOCKS = 3;
  private static final long TTL_SECONDS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(6);
  private static final long FIRST_ID = 500_000;

  private final AtomicLong ids = new AtomicLong(FIRST_ID);

  @Override
  public void step(Client client) {
    SplittableRandom random = client.random();
    String name = LOCK_PREFIX + random.nextInt(LOCKS);
    long lease = ids.getAndIncrement();
    Optional<LeaseStep.Ttl> granted =
        client.record(
            "grant",
            Map.of(Keyword.of("lease"), lease),
            new LeaseStep.Grant(lease, TTL_SECONDS),
            false,
            member ->
                new LeaseStep.Ttl(
                    member
                        .lease()
                        .leaseGrant(
                            LeaseGrantRequest.newBuilder().setID(lease).setTTL(TTL_SECONDS).build())
                        .getTTL()),
            answer -> Map.of(Keyword.of("lease"), lease));
    if (granted.isPresent()) {
      acquire(client, name, lease).ifPresent(held -> hold(client, name, held.lockKey()));
      end(client, lease);
    }
  }

  private static Optional<Acquired> acquire(Client client, String name, long lease) {
    LockRequest request =
        LockRequest.newBuilder().setName(KvWire.bytes(name)).setLease(lease).build();
    return client.record(
        "acquire",
        Map.of(Keyword.of("lock"), name, Keyword.of("lease"), lease),
        new LockStep.Acquire(name, lease),
        false,
        member -> new Acquired(member.lock(PATIENCE).lock(request).getKey().toStringUtf8()),
        answer -> Map.of(Keyword.of("lock"), name, Keyword.of("key"), answer.lockKey()));
  }

  private static void hold(Client client, String name, String lockKey) {
    String guarded = GUARDED_PREFIX + name;
    int writes = client.random().nextInt(1, 5);
    for (int i = 0; i < writes; i++) {
      KvRequest write =
          KvRequest.txn(
              List.of(new Compare(Compare.Target.CREATE, lockKey, Compare.Relation.GREATER, 0, "")),
              List.of(new KvOp.Put(guarded, client.freshValue() + "@" + lockKey, 0)),
              List.of(new KvOp.Get(guarded)));
      Optional<KvAnswer> answer = client.call(write);
      if (answer.isPresent() && !answer.get().succeeded()) {
        return; // The lease has expired: the lock is somebody else's.
      }
    }
    if (client.random().nextInt(4) > 0) {
      UnlockRequest request = UnlockRequest.newBuilder().setKey(KvWire.bytes(lockKey)).build();
      client.record(
          "release",
          Map.of(Keyword.of("key"), lockKey),
          new LockStep.Release(lockKey),
          false,
          member -> member.lock(PATIENCE).unlock(request),
          answer -> Map.of(Keyword.of("key"), lockKey));
    }
  }

  /** Half of the leases are left to expire. */
  private static void end(Client client, long lease) {
    if (client.random().nextBoolean()) {
      LeaseRevokeRequest request = LeaseRevokeRequest.newBuilder().setID(lease).build();
      client.record(
          "revoke",
          Map.of(Keyword.of("lease"), lease),
          new LeaseStep.Revoke(lease),
          false,
          member -> member.lease().leaseRevoke(request),
          answer -> Map.of(Keyword.of("lease"), lease));
    }
  }
}
