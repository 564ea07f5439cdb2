package io.balsa.raft.protocol.read;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The reads that a follower asked its leader about. Reads that wait together share one request, named by the newest of
 * them; a request is repeated until it is answered, because the answer to any repetition was computed after the reads began.
 */
public final class ForwardedReads {
  private static final class Request {
    final List<Long> readIds;
    long repeatAt;

    Request(List<Long> readIds, long repeatAt) {
      this.readIds = readIds;
      this.repeatAt = repeatAt;
    }
  }

  /** Requests on their way; while there are so many, further reads wait for the next one together. */
  private static final int REQUESTS_MAX = 4;

  private final long repeatNanos;
  private final TreeMap<Long, Request> requests = new TreeMap<>();
  private List<Long> waiting = new ArrayList<>();

  public ForwardedReads(long repeatNanos) {
    this.repeatNanos = repeatNanos;
  }

  public void add(long readId) {
    waiting.add(readId);
  }

  public boolean isEmpty() {
    return waiting.isEmpty() && requests.isEmpty();
  }

  /** The request to send now, if reads wait. */
  public OptionalLong openRequest(long now) {
    if (waiting.isEmpty() || requests.size() >= REQUESTS_MAX) {
      return OptionalLong.empty();
    }
    long requestId = waiting.get(waiting.size() - 1);
    requests.put(requestId, new Request(waiting, now + repeatNanos));
    waiting = new ArrayList<>();
    return OptionalLong.of(requestId);
  }

  /** The requests that were not answered for too long, to be sent again. */
  public List<Long> takeOverdue(long now) {
    List<Long> overdue = new ArrayList<>();
    for (Map.Entry<Long, Request> entry : requests.entrySet()) {
      if (now - entry.getValue().repeatAt >= 0) {
        entry.getValue().repeatAt = now + repeatNanos;
        overdue.add(entry.getKey());
      }
    }
    return overdue;
  }

  /** When {@link #takeOverdue} next has something to say. */
  public OptionalLong nextDeadline() {
    if (requests.isEmpty()) {
      return OptionalLong.empty(); // asked after every input, and usually so
    }
    return requests.values().stream().mapToLong(request -> request.repeatAt).min();
  }

  /** The reads that a request stood for; none if it was answered before. */
  public Collection<Long> takeAnswered(long requestId) {
    Request request = requests.remove(requestId);
    return request == null ? List.of() : request.readIds;
  }

  /** Everything that still waits, when the leader is gone. */
  public List<Long> takeAll() {
    List<Long> all = new ArrayList<>();
    requests.values().forEach(request -> all.addAll(request.readIds));
    all.addAll(waiting);
    requests.clear();
    waiting = new ArrayList<>();
    return all;
  }
}
