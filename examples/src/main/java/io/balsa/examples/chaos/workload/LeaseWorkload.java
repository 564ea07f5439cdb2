package io.balsa.examples.chaos.workload;

import io.balsa.examples.chaos.client.KeepAlive;
import io.balsa.examples.chaos.history.Keyword;
import io.balsa.examples.chaos.model.KvAnswer;
import io.balsa.examples.chaos.model.KvRequest;
import io.balsa.examples.chaos.workload.LeaseStep.Ttl;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseRevokeRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Leases of two to six seconds with a key each: granted, kept alive for a while, then revoked or left to expire. When its key
 * goes tells when the lease went.
 */
public final class LeaseWorkload implements Workload {

  /** Keys are this and the lease's id. */
  public static final String KEY_PREFIX = "kl";

  private static final long FIRST_ID = 1_000;

  private final AtomicLong ids = new AtomicLong(FIRST_ID);

  /** The lease that each client cares for. */
  private final Map<Integer, Long> current = new ConcurrentHashMap<>();

  public static String key(long lease) {
    return KEY_PREFIX + lease;
  }

  @Override
  public void step(Client client) {
    SplittableRandom random = client.random();
    Long lease = current.get(client.number());
    if (lease == null) {
      begin(client);
    } else if (random.nextInt(40) == 0) {
      current.remove(client.number()); // Left to expire.
    } else if (random.nextInt(60) == 0) {
      current.remove(client.number());
      revoke(client, lease);
    } else if (random.nextInt(3) == 0) {
      client.call(KvRequest.get(key(lease)));
    } else if (keepAlive(client, lease).filter(ttl -> ttl.ttlSeconds() <= 0).isPresent()) {
      current.remove(client.number());
    }
  }

  private void begin(Client client) {
    long id = ids.getAndIncrement();
    long ttl = client.random().nextInt(2, 7);
    LeaseGrantRequest request = LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build();
    Optional<Ttl> granted =
        client.record(
            "grant",
            value(id, ttl),
            new LeaseStep.Grant(id, ttl),
            false,
            member -> new Ttl(member.lease().leaseGrant(request).getTTL()),
            answer -> value(id, answer.ttlSeconds()));
    if (granted.isEmpty()) {
      return;
    }
    Optional<KvAnswer> put = client.call(KvRequest.put(key(id), client.freshValue(), id));
    if (put.isPresent()) {
      current.put(client.number(), id);
    }
  }

  private static Optional<Ttl> keepAlive(Client client, long id) {
    return client.record(
        "keep-alive",
        value(id, 0),
        new LeaseStep.KeepAlive(id),
        false,
        member -> new Ttl(KeepAlive.once(member, id)),
        answer -> value(id, answer.ttlSeconds()));
  }

  private static void revoke(Client client, long id) {
    LeaseRevokeRequest request = LeaseRevokeRequest.newBuilder().setID(id).build();
    client.record(
        "revoke",
        value(id, 0),
        new LeaseStep.Revoke(id),
        false,
        member -> {
          var unused = member.lease().leaseRevoke(request);
          return new Ttl(0);
        },
        answer -> value(id, 0));
  }

  private static Map<Keyword, Object> value(long id, long ttl) {
    Map<Keyword, Object> value = new LinkedHashMap<>();
    value.put(Keyword.of("lease"), id);
    if (ttl != 0) {
      value.put(Keyword.of("ttl"), ttl);
    }
    return value;
  }
}
