package io.balsa.examples.bench.log;

import io.balsa.raft.model.Bytes;
import java.util.SplittableRandom;

/**
 * So many entries of one size, which are written together: what a log's writer finds when that many proposals are on their way.
 * The payload can't be compressed. Immutable.
 */
record Batch(int entries, Bytes payload) {
  static Batch of(int entries, int payloadBytes) {
    byte[] noise = new byte[payloadBytes];
    new SplittableRandom(payloadBytes).nextBytes(noise);
    return new Batch(entries, Bytes.wrap(noise));
  }

  long payloadBytes() {
    return (long) entries * payload.size();
  }
}
