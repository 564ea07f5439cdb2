package io.balsa.kv.watch;

import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's stream of watches: its watchers by id, and what waits for the client to take it.
 *
 * <p>The {@code on…} methods may be called by any thread: they only leave word for the hub.
 * Everything else belongs to the hub's thread, which alone talks to the sink, so responses leave in
 * the order in which the hub decided on them.
 *
 * <p>Memory: live events wait here up to {@code streamBufferBytesMax}; beyond it, watchers fall
 * behind, and history is read for them only while the client takes what it is sent. The next
 * request is taken from the client only while its answer has room.
 */
public final class WatchStream {
  private static final Logger LOG = LoggerFactory.getLogger(WatchStream.class);

  private final WatchHub hub;
  private final WatchSink sink;
  private final boolean leaderRequired;
  private final long bufferBytesMax;
  private final AtomicBoolean readyOnItsWay = new AtomicBoolean();

  final Map<Long, Watcher> watchers = new LinkedHashMap<>();

  /**
   * Those that are served from history, in the order of their turns; ended ones are skipped when
   * their turn comes.
   */
  final Deque<Watcher> behind = new ArrayDeque<>();

  /** Whether it stands in the hub's queue of streams to be served from history. */
  boolean queued;

  /** How many watchers are behind. */
  int behindCount;

  /** A progress answer is owed once all watchers have reached this revision; 0 for none. */
  long progressOwed;

  private final Deque<WatchResponse> outbox = new ArrayDeque<>();
  private long outboxBytes;
  private boolean pullOwed;
  private boolean ended;
  private long lastId = -1;

  WatchStream(WatchHub hub, WatchSink sink, boolean leaderRequired, long bufferBytesMax) {
    this.hub = hub;
    this.sink = sink;
    this.leaderRequired = leaderRequired;
    this.bufferBytesMax = bufferBytesMax;
  }

  /** Begins. {@link WatchSink#pullRequest} says when the client may ask. */
  public void open() {
    if (!hub.request(core -> core.open(this))) {
      sink.fail(
          KvError.SERVER_STOPPED); // The hub's thread has ended: nobody else talks to the sink.
    }
  }

  /** The client asks for something. Not again before {@link WatchSink#pullRequest}. */
  public void onRequest(WatchRequest request) {
    tell(core -> core.handle(this, request));
  }

  /** The client asks for a watch, and is told why it doesn't get it. Not again before {@link WatchSink#pullRequest}. */
  public void onRefusedRequest(String reason) {
    tell(core -> core.handleRefused(this, reason));
  }

  /** The sink is ready again after it wasn't. */
  public void onReady() {
    if (readyOnItsWay.compareAndSet(false, true)) {
      tell(
          core -> {
            readyOnItsWay.set(false);
            core.ready(this);
          });
    }
  }

  /** The client has closed its side, in good order: all watches end, and the stream. */
  public void onClientDone() {
    tell(core -> core.finish(this));
  }

  /** The client is gone: all watches end, nothing is said any more. */
  public void onClientGone() {
    tell(core -> core.abandon(this));
  }

  private void tell(Consumer<HubCore> word) {
    if (!hub.request(word)) {
      LOG.trace("a watch stream spoke to a hub that had stopped, and that had ended the stream");
    }
  }

  /**
   * The lowest id that this stream never used. An id isn't used twice: a late event would be taken
   * for the new watch's.
   */
  long newId() {
    do {
      lastId++;
    } while (watchers.containsKey(lastId));
    return lastId;
  }

  @Nullable Watcher watcher(long id) {
    return watchers.get(id);
  }

  /** Hands a response to the client, now or as soon as it takes it. */
  void offer(WatchResponse response) {
    if (ended) {
      return;
    }
    if (outbox.isEmpty() && sink.isReady()) {
      sink.send(response);
    } else {
      outbox.add(response);
      outboxBytes += response.getSerializedSize();
    }
  }

  /** Sends what waits, as far as the client takes it. */
  void drain() {
    while (!ended && !outbox.isEmpty() && sink.isReady()) {
      WatchResponse response = outbox.remove();
      outboxBytes -= response.getSerializedSize();
      sink.send(response);
    }
    if (pullOwed && hasRoom()) {
      pullOwed = false;
      sink.pullRequest();
    }
  }

  /** Lets the client ask again, now or when there is room for the answer. */
  void pullRequest() {
    pullOwed = true;
    drain();
  }

  /** Whether live events may still be left here. */
  boolean hasRoom() {
    return !ended && outboxBytes < bufferBytesMax;
  }

  /** Whether a response would leave at once: only then is history read for it. */
  boolean flows() {
    return !ended && outbox.isEmpty() && sink.isReady();
  }

  long outboxBytes() {
    return outboxBytes;
  }

  boolean leaderRequired() {
    return leaderRequired;
  }

  boolean ended() {
    return ended;
  }

  void complete() {
    if (end()) {
      sink.complete();
    }
  }

  void fail(KvError error) {
    if (end()) {
      sink.fail(error);
    }
  }

  /** Lets go of everything; false if that was done before. */
  boolean end() {
    if (ended) {
      return false;
    }
    ended = true;
    outbox.clear();
    outboxBytes = 0;
    behind.clear();
    watchers.clear();
    return true;
  }
}
