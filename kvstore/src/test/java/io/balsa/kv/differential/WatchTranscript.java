package io.balsa.kv.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What a stream of watches said, by watch and in order: the responses without their events, and the events. How events are
 * spread over responses is the server's business, within limits that are checked here. Any thread.
 */
final class WatchTranscript implements StreamObserver<WatchResponse> {
  /** Watches from this id on are ours, to find out how far the stream is. */
  static final long FIRST_PROBE = 1L << 40;

  private static final int LARGE_BYTES = 1000;

  private final UnaryOperator<Message> translate;
  private final Object news;
  private final TreeMap<Long, List<Message>> heard = new TreeMap<>();
  private final List<String> broken = new ArrayList<>();

  /** By watch, the last revision that nothing more may come of. */
  private final Map<Long, Long> finished = new TreeMap<>();

  private final List<Long> created = new ArrayList<>();
  private long newestProbe;

  /**
   * @param translate makes alike what differs between servers
   * @param news notified of everything that is heard
   */
  WatchTranscript(UnaryOperator<Message> translate, Object news) {
    this.translate = translate;
    this.news = news;
  }

  @Override
  public void onNext(WatchResponse response) {
    synchronized (news) {
      if (response.getWatchId() >= FIRST_PROBE) {
        newestProbe = response.getEventsCount() > 0 ? response.getWatchId() : newestProbe;
      } else {
        record(response);
      }
      news.notifyAll();
    }
  }

  private void record(WatchResponse response) {
    List<Message> ofWatch = heard.computeIfAbsent(response.getWatchId(), id -> new ArrayList<>());
    if (response.getEventsCount() == 0 || response.getCreated() || response.getCanceled()) {
      WatchResponse bare = response.toBuilder().clearEvents().build();
      ofWatch.add(translate.apply(Answer.anonymous(bare)));
    }
    if (response.getCreated()) {
      created.add(response.getWatchId());
      finished.remove(response.getWatchId());
    }
    if (response.getEventsCount() > 0) {
      checkLimits(response);
      response.getEventsList().forEach(event -> ofWatch.add(translate.apply(inShort(event))));
    }
  }

  /** A header isn't older than its events, and a revision isn't cut in two unless the client allowed it. */
  private void checkLimits(WatchResponse response) {
    long newest = revision(response.getEvents(response.getEventsCount() - 1));
    if (response.getHeader().getRevision() < newest) {
      broken.add("a header older than its events: " + Operation.text(response));
    }
    long before = finished.getOrDefault(response.getWatchId(), 0L);
    if (before >= revision(response.getEvents(0))) {
      broken.add("revision " + before + " was given before: " + Operation.text(response));
    }
    // A fragment may end within its last revision.
    finished.put(response.getWatchId(), response.getFragment() ? newest - 1 : newest);
  }

  /** With a digest in the place of a large value: there may be very many of them. */
  private static Event inShort(Event event) {
    if (event.getSerializedSize() < LARGE_BYTES) {
      return event;
    }
    Event.Builder small = event.toBuilder();
    small.getKvBuilder().setValue(inShort(event.getKv().getValue()));
    if (event.hasPrevKv()) {
      small.getPrevKvBuilder().setValue(inShort(event.getPrevKv().getValue()));
    }
    return small.build();
  }

  private static ByteString inShort(ByteString value) {
    return value.size() < LARGE_BYTES
        ? value
        : ByteString.copyFromUtf8(value.size() + " bytes with hash " + value.hashCode());
  }

  private static long revision(Event event) {
    return event.getKv().getModRevision();
  }

  @Override
  public void onError(Throwable failure) {
    synchronized (news) {
      Status status = Status.fromThrowable(failure);
      broken.add("the stream ended with " + status.getCode() + " " + status.getDescription());
      news.notifyAll();
    }
  }

  @Override
  public void onCompleted() {
    synchronized (news) {
      broken.add("the stream ended in good order");
      news.notifyAll();
    }
  }

  /** The ids that were answered with "created", in order; -1 for those that were refused. */
  List<Long> created() {
    synchronized (news) {
      return List.copyOf(created);
    }
  }

  /** Whether the probe has had its event: then everything before it has been heard. */
  boolean hasReached(long probe) {
    synchronized (news) {
      return newestProbe >= probe;
    }
  }

  /** What was heard since it was last forgotten. */
  Map<Long, List<Message>> heard() {
    synchronized (news) {
      TreeMap<Long, List<Message>> copy = new TreeMap<>();
      heard.forEach((id, items) -> copy.put(id, List.copyOf(items)));
      return copy;
    }
  }

  /** What no server may do, in words. */
  List<String> broken() {
    synchronized (news) {
      return List.copyOf(broken);
    }
  }

  void forget() {
    synchronized (news) {
      heard.clear();
    }
  }
}
