package io.balsa.examples.crash;

import io.balsa.examples.client.EtcdClient;
import io.balsa.kv.proto.PutResponse;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;

/**
 * Writes one fresh key after the other, through one member after the other, until the gate is closed. Now and then reads
 * its last acknowledged key back, through a member that didn't write it. Runs on a thread of its own.
 */
final class Writer implements Runnable {
  private static final Duration REST_AFTER_FAILURE = Duration.ofMillis(50);
  private static final int READ_EVERY = 16;

  private final int id;
  private final List<EtcdClient> members;
  private final WriteLedger ledger;
  private final Gate gate;
  private int writes;

  Writer(int id, List<EtcdClient> members, WriteLedger ledger, Gate gate) {
    this.id = id;
    this.members = members;
    this.ledger = ledger;
    this.gate = gate;
  }

  @Override
  public void run() {
    try {
      while (gate.enter()) {
        boolean done = false;
        try {
          done = write();
        } finally {
          gate.leave();
        }
        if (!done) {
          gate.rest(REST_AFTER_FAILURE);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Nobody interrupts us but who wants us gone.
    } catch (RuntimeException e) {
      ledger.violate("writer " + id + " broke: " + e);
    }
  }

  /** Whether all of it is known to have happened. */
  private boolean write() {
    String key = String.format("w%02d/%08d", id, writes);
    String value = key + " by " + id;
    ledger.begin(key, value);
    try {
      PutResponse response = member(writes).put(key, value);
      ledger.acknowledge(key, value, response.getHeader().getRevision());
      if (writes % READ_EVERY == 0 && member(writes + 1).get(key).isEmpty()) {
        ledger.violate(
            key + " was acknowledged, and a linearizable read right after didn't find it");
      }
      return true;
    } catch (StatusRuntimeException e) {
      member(writes).reconnect();
      return false; // The write stays in the ledger as unknown.
    } finally {
      writes++;
    }
  }

  private EtcdClient member(int turn) {
    return members.get((id + turn) % members.size());
  }
}
