package io.balsa.raft.session;

import io.balsa.raft.model.Bytes;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** One session in the table: what was applied of it, and what it had for results. One thread. */
final class KeptSession {
  /*
   *       number    1   2   3   4   5   6   7   8
   *                 ───────────   ·   x   ·   x         ─ acknowledged   x applied   · not seen yet
   *                 acknowledged=3      results={5, 7…}
   *
   * Forwarded proposals can overtake each other and get lost one by one, so 7 may be applied before 4 and 6 ever are. A table
   * that kept only the highest number would then suppress 4 for ever, or apply 5 twice.
   */
  private final long id;

  /** All numbers up to this one are settled at the client: it has their answers and never proposes them again. */
  private long acknowledged;

  /** What was applied above {@code acknowledged}; empty where the result was forgotten. At most commandsMax. */
  private final TreeMap<Long, Optional<Bytes>> results;

  /** Invariant: the sum of the sizes in {@code results}. */
  private long resultBytes;

  /** Log time at the last entry of the session. */
  private long heardAt;

  KeptSession(long id, long heardAt) {
    this(id, heardAt, 0, new TreeMap<>());
  }

  private KeptSession(
      long id, long heardAt, long acknowledged, SortedMap<Long, Optional<Bytes>> results) {
    this.id = id;
    this.heardAt = heardAt;
    this.acknowledged = acknowledged;
    this.results = new TreeMap<>(results);
    results.values().forEach(result -> resultBytes += size(result));
  }

  long id() {
    return id;
  }

  long heardAt() {
    return heardAt;
  }

  void heard(long logTime, long clientAcknowledged) {
    heardAt = logTime;
    if (clientAcknowledged > acknowledged) {
      acknowledged = clientAcknowledged;
      SortedMap<Long, Optional<Bytes>> settled = results.headMap(acknowledged, true);
      settled.values().forEach(result -> resultBytes -= size(result));
      settled.clear();
    }
  }

  Admission admit(long number, int commandsMax) {
    if (number <= acknowledged) {
      return Admission.ACKNOWLEDGED;
    }
    Optional<Bytes> result = results.get(number);
    if (result != null) {
      return result.<Admission>map(Admission.Known::new).orElse(Admission.FORGOTTEN);
    }
    return number - acknowledged > commandsMax ? Admission.TOO_MANY : Admission.APPLY;
  }

  void applied(long number, Bytes result, int resultBytesMax) {
    results.put(number, Optional.of(result));
    resultBytes += result.size();
    Iterator<Map.Entry<Long, Optional<Bytes>>> lowest = results.entrySet().iterator();
    while (resultBytes > resultBytesMax) {
      Map.Entry<Long, Optional<Bytes>> entry = lowest.next();
      resultBytes -= size(entry.getValue());
      entry.setValue(Optional.empty());
    }
  }

  private static int size(Optional<Bytes> result) {
    return result.map(Bytes::size).orElse(0);
  }

  KeptSession copy() {
    return new KeptSession(id, heardAt, acknowledged, results);
  }

  private static final int FORGOTTEN_SIZE = -1;

  void writeTo(DataOutput out) throws IOException {
    out.writeLong(id);
    out.writeLong(heardAt);
    out.writeLong(acknowledged);
    out.writeInt(results.size());
    for (Map.Entry<Long, Optional<Bytes>> entry : results.entrySet()) {
      out.writeLong(entry.getKey());
      out.writeInt(entry.getValue().map(Bytes::size).orElse(FORGOTTEN_SIZE));
      if (entry.getValue().isPresent()) {
        entry.getValue().get().writeTo(out);
      }
    }
  }

  static KeptSession readFrom(DataInput in) throws IOException {
    long id = in.readLong();
    long heardAt = in.readLong();
    long acknowledged = in.readLong();
    TreeMap<Long, Optional<Bytes>> results = new TreeMap<>();
    for (int i = in.readInt(); i > 0; i--) {
      long number = in.readLong();
      int size = in.readInt();
      results.put(number, size == FORGOTTEN_SIZE ? Optional.empty() : Optional.of(read(in, size)));
    }
    return new KeptSession(id, heardAt, acknowledged, results);
  }

  private static Bytes read(DataInput in, int size) throws IOException {
    byte[] bytes = new byte[size];
    in.readFully(bytes);
    return Bytes.wrap(bytes);
  }
}
