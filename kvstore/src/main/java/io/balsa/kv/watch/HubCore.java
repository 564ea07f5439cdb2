package io.balsa.kv.watch;

import io.balsa.kv.failpoint.KvFailpoint;
import io.balsa.kv.model.KeyRange;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import io.balsa.kv.state.EventSource;
import io.balsa.kv.state.HistoryBatch;
import io.balsa.kv.state.HistoryCompactedException;
import io.balsa.kv.state.RevisionEvents;
import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Invariant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * All streams, all watchers, and the decision what each is sent when. No thread, no clock: the
 * hub's thread calls it.
 */
final class HubCore {
  /*
   * Why nobody misses an event, and nobody gets one twice.
   *
   * The hub has a position: every event of every revision up to it has been offered to the live
   * watchers. Revisions have no holes, so the live feed is only a shortcut to history, never an
   * authority:
   *
   *   - a live revision at or below the position is skipped;
   *   - before a live revision above position + 1, the hole is read from history;
   *   - the position moves by whole revisions, and only after the last event of the last one was
   *     offered.
   *
   * So it doesn't matter what the live queue dropped, or that a snapshot replaced the state: the
   * next revision, or the number of the newest one, shows the hole.
   *
   * Each watcher has `next`: everything of interest before it was handed to its stream, nothing
   * from it on. It is
   *
   *   BEHIND   next ≤ position. Only `serve` gives it events: it reads [next, n) from history,
   *            hands it over, and sets next = n. When next > position it becomes live.
   *   LIVE     position < next, or the position counts as its next. Only the live feed gives it
   *            events, those ≥ next.
   *
   * Both happen on one thread: between the moment when `serve` finds next > position and the moment
   * when the watcher is in the index, the position can't move. History may be ahead of the
   * position; then next is too, and the live feed skips what the watcher has had already. A live
   * watcher whose stream is full goes the other way: it is sent nothing of the batch at hand, not
   * even in part, and its next becomes the batch's first revision.
   *
   * While there is no live watcher the feed is switched off; see `skipToCurrent`.
   *
   *      revision   …  40  41  42  43  44  45  46
   *      position                  ▲                  42
   *      A LIVE                        →              gets 43 from the feed
   *      B LIVE, next 45                       →      ignores 43, 44: history gave it those
   *      C BEHIND, next 41     →                      reads [41, …) when its turn comes
   */
  private final EventSource source;
  private final WatchConfig config;
  private final LongFunction<ResponseHeader> headers;
  private final WatcherIndex index = new WatcherIndex();
  private final Set<WatchStream> streams = new LinkedHashSet<>();

  /** Streams with watchers behind whose clients take what they are sent; each once. */
  private final Deque<WatchStream> serving = new ArrayDeque<>();

  /** Streams that wait for a progress answer. */
  private final Set<WatchStream> owing = new LinkedHashSet<>();

  /** Live watchers with events of the batch at hand. */
  private final List<Watcher> touched = new ArrayList<>();

  private long position;

  HubCore(EventSource source, WatchConfig config, LongFunction<ResponseHeader> headers) {
    this.source = source;
    this.config = config;
    this.headers = headers;
    this.position = source.currentRevision();
  }

  // ---- streams ----

  void open(WatchStream stream) {
    streams.add(stream);
    stream.pullRequest();
  }

  void handle(WatchStream stream, WatchRequest request) {
    if (stream.ended()) {
      return;
    }
    switch (request.getRequestUnionCase()) {
      case CREATE_REQUEST -> create(stream, request.getCreateRequest());
      case CANCEL_REQUEST -> cancel(stream, request.getCancelRequest().getWatchId());
      case PROGRESS_REQUEST -> {
        stream.progressOwed = source.currentRevision();
        owing.add(stream);
      }
      case REQUESTUNION_NOT_SET -> {} // A newer client's wish: etcd ignores it too.
    }
    stream.pullRequest();
  }

  /** The client asked for a watch that it may not have. */
  void handleRefused(WatchStream stream, String reason) {
    if (!stream.ended()) {
      refuse(stream, reason, source.currentRevision());
      stream.pullRequest();
    }
  }

  void ready(WatchStream stream) {
    stream.drain();
    serveLater(stream);
  }

  void finish(WatchStream stream) {
    leave(stream);
    stream.complete();
  }

  void abandon(WatchStream stream) {
    leave(stream);
    stream.end();
  }

  void fail(WatchStream stream, KvError error) {
    leave(stream);
    stream.fail(error);
  }

  List<WatchStream> streams() {
    return List.copyOf(streams);
  }

  void failLeaderRequired() {
    for (WatchStream stream : List.copyOf(streams)) {
      if (stream.leaderRequired()) {
        fail(stream, KvError.NO_LEADER);
      }
    }
  }

  private void leave(WatchStream stream) {
    streams.remove(stream);
    owing.remove(stream);
    for (Watcher watcher : List.copyOf(stream.watchers.values())) {
      end(watcher);
    }
  }

  // ---- watchers ----

  private void create(WatchStream stream, WatchCreateRequest request) {
    long current = source.currentRevision();
    KeyRange range = Watcher.rangeOf(request);
    if (request.getStartRevision() < 0) {
      refuse(stream, KvError.COMPACTED.text(), current);
      return;
    }
    if (range.isEmpty()) {
      refuse(stream, "mvcc: watcher range is empty", current);
      return;
    }
    if (request.getWatchId() != 0 && stream.watcher(request.getWatchId()) != null) {
      refuse(stream, "mvcc: duplicate watch ID provided on the WatchStream", current);
      return;
    }
    long id = request.getWatchId() != 0 ? request.getWatchId() : stream.newId();
    Watcher watcher = new Watcher(stream, id, range, request);
    stream.watchers.put(id, watcher);
    stream.offer(watcher.response().setHeader(headers.apply(current)).setCreated(true).build());
    skipToCurrent();
    begin(watcher, current);
  }

  /**
   * While nobody is live nothing is fed, and the position stands still. Before a watcher may become
   * live it has to move to what history shows: a hole behind it would be seen only at the next
   * revision.
   */
  private void skipToCurrent() {
    if (index.isEmpty()) {
      position = Math.max(position, source.currentRevision());
    }
  }

  private void begin(Watcher watcher, long current) {
    long start = watcher.startRevision;
    long compacted = source.compactedRevision();
    watcher.next = start == 0 ? current + 1 : start;
    if (watcher.next < compacted) {
      cancelCompacted(watcher, compacted);
    } else if (watcher.next > position) {
      becomeLive(watcher);
    } else {
      becomeBehind(watcher);
    }
  }

  private void refuse(WatchStream stream, String reason, long current) {
    stream.offer(
        WatchResponse.newBuilder()
            .setHeader(headers.apply(current))
            .setWatchId(-1)
            .setCreated(true)
            .setCanceled(true)
            .setCancelReason(reason)
            .build());
  }

  private void cancel(WatchStream stream, long id) {
    Watcher watcher = stream.watcher(id);
    if (watcher != null) {
      end(watcher);
      stream.offer(watcher.response().setHeader(headers.apply(position)).setCanceled(true).build());
    }
  }

  private void cancelCompacted(Watcher watcher, long compacted) {
    end(watcher);
    watcher.stream.offer(
        watcher
            .response()
            .setHeader(headers.apply(0))
            .setCanceled(true)
            .setCompactRevision(compacted)
            .build());
  }

  private void becomeLive(Watcher watcher) {
    leaveMode(watcher);
    watcher.mode = Watcher.Mode.LIVE;
    index.add(watcher);
  }

  private void becomeBehind(Watcher watcher) {
    leaveMode(watcher);
    watcher.mode = Watcher.Mode.BEHIND;
    watcher.stream.behindCount++;
    watcher.stream.behind.add(watcher);
    serveLater(watcher.stream);
  }

  private void end(Watcher watcher) {
    leaveMode(watcher);
    watcher.mode = Watcher.Mode.ENDED;
    watcher.pending.clear();
    watcher.stream.watchers.remove(watcher.id);
  }

  private void leaveMode(Watcher watcher) {
    switch (watcher.mode) {
      case LIVE -> index.remove(watcher);
      case BEHIND -> watcher.stream.behindCount--;
      case NEW, ENDED -> {}
    }
  }

  // ---- live ----

  /** Whether live events would reach anybody. */
  boolean wantsLive() {
    return !index.isEmpty();
  }

  /**
   * Revisions from the live feed, ascending, perhaps with holes or repeats; and how far they should
   * have gone.
   */
  void live(List<RevisionEvents> revisions, long through) {
    Failpoints.at(KvFailpoint.WATCH_BEFORE_LIVE);
    int from = 0;
    while (from < revisions.size()) {
      long revision = revisions.get(from).revision();
      if (revision <= position) {
        from++;
      } else if (revision > position + 1) {
        readUpTo(revision - 1);
      } else {
        from = offerChunk(revisions, from);
      }
    }
    readUpTo(through);
  }

  private void readUpTo(long revision) {
    while (position < revision) {
      if (index.isEmpty()) {
        position = revision;
        return;
      }
      try {
        HistoryBatch batch =
            source.read(
                position + 1,
                KeyRange.ALL,
                index.wantsPrev(),
                config.historyRevisionsMax(),
                config.responseBytesMax());
        Invariant.check(
            batch.nextRevision() > position + 1, "no history after %d of %d", position, revision);
        for (int from = 0; from < batch.revisions().size(); ) {
          from = offerChunk(batch.revisions(), from);
        }
        position = batch.nextRevision() - 1;
      } catch (HistoryCompactedException gone) {
        overtaken(gone.compactedRevision());
      }
    }
  }

  /** History between the position and the live watchers' next events is gone. */
  private void overtaken(long compacted) {
    for (Watcher watcher : List.copyOf(index.all())) {
      if (Math.max(watcher.next, position + 1) < compacted) {
        cancelCompacted(watcher, compacted);
      }
    }
    position = compacted - 1;
  }

  /**
   * Offers revisions from an index on until there is enough for one response; returns where the
   * next begin.
   */
  private int offerChunk(List<RevisionEvents> revisions, int from) {
    long firstRevision = revisions.get(from).revision();
    long bytes = 0;
    int to = from;
    while (to < revisions.size()
        && to - from < config.historyRevisionsMax()
        && (to == from || bytes < config.responseBytesMax())
        && revisions.get(to).revision() == firstRevision + (to - from)) {
      RevisionEvents revision = completed(revisions.get(to));
      bytes += HubInbox.sizeOf(revision);
      distribute(revision);
      to++;
    }
    position = firstRevision + (to - from) - 1;
    flush(firstRevision);
    return to;
  }

  /** With what was replaced, if a live watcher wants to know and it isn't compacted. */
  private RevisionEvents completed(RevisionEvents revision) {
    if (revision.withPrev() || !index.wantsPrev()) {
      return revision;
    }
    try {
      return source.read(revision.revision(), KeyRange.ALL, true, 1, 1).revisions().get(0);
    } catch (HistoryCompactedException gone) {
      return revision;
    }
  }

  private void distribute(RevisionEvents revision) {
    for (Event event : revision.events()) {
      SharedEvent shared = new SharedEvent(event);
      index.watchersOf(
          Bytes.wrap(event.getKv().getKey().toByteArray()),
          watcher -> {
            if (watcher.next <= revision.revision() && watcher.wants(event)) {
              if (watcher.pending.isEmpty()) {
                touched.add(watcher);
              }
              watcher.pending.add(shared.as(watcher));
            }
          });
    }
  }

  private void flush(long firstRevision) {
    ResponseHeader header = headers.apply(position);
    for (Watcher watcher : touched) {
      if (watcher.stream.hasRoom()) {
        deliver(watcher, header, watcher.pending);
        watcher.pending.clear();
      } else {
        watcher.pending.clear();
        watcher.next = Math.max(watcher.next, firstRevision);
        becomeBehind(watcher);
      }
    }
    touched.clear();
  }

  private void deliver(Watcher watcher, ResponseHeader header, List<Event> events) {
    watcher.active = true;
    WatchResponse whole = watcher.response().setHeader(header).addAllEvents(events).build();
    if (!watcher.fragment) {
      watcher.stream.offer(whole);
      return;
    }
    for (WatchResponse piece : Fragments.of(whole, config.fragmentBytes())) {
      watcher.stream.offer(piece);
    }
  }

  // ---- history ----

  private void serveLater(WatchStream stream) {
    if (!stream.queued && stream.behindCount > 0 && stream.flows()) {
      stream.queued = true;
      serving.add(stream);
    }
  }

  /**
   * Serves one watcher of the stream whose turn it is: streams take turns, and in each its watchers
   * do.
   *
   * @return whether more is to be done
   */
  boolean serveNext() {
    WatchStream stream = serving.poll();
    if (stream == null) {
      return false;
    }
    stream.queued = false;
    Watcher watcher = stream.behind.poll();
    while (watcher != null && watcher.mode != Watcher.Mode.BEHIND) {
      watcher = stream.behind.poll();
    }
    if (watcher != null) {
      serve(watcher);
      serveLater(stream);
    }
    return !serving.isEmpty();
  }

  private void serve(Watcher watcher) {
    Failpoints.at(KvFailpoint.WATCH_BEFORE_HISTORY);
    HistoryBatch batch;
    try {
      batch =
          source.read(
              watcher.next,
              watcher.range,
              watcher.prevKv,
              config.historyRevisionsMax(),
              config.responseBytesMax());
    } catch (HistoryCompactedException gone) {
      cancelCompacted(watcher, gone.compactedRevision());
      return;
    }
    List<Event> events = new ArrayList<>();
    for (RevisionEvents revision : batch.revisions()) {
      for (Event event : revision.events()) {
        if (watcher.wants(event)) {
          events.add(new SharedEvent(event).as(watcher));
        }
      }
    }
    watcher.next = batch.nextRevision();
    if (!events.isEmpty()) {
      deliver(watcher, headers.apply(watcher.next - 1), events);
    }
    skipToCurrent();
    if (watcher.next > position) {
      becomeLive(watcher);
    } else {
      watcher.stream.behind.add(watcher);
    }
  }

  // ---- progress ----

  /** Answers progress requests that can be answered truthfully by now. */
  void answerProgress() {
    owing.removeIf(this::settled);
  }

  private boolean settled(WatchStream stream) {
    if (stream.watchers.isEmpty()) {
      return true;
    }
    if (stream.behindCount > 0 || position < stream.progressOwed) {
      return false;
    }
    boolean ahead = false;
    for (Watcher watcher : stream.watchers.values()) {
      if (watcher.startRevision > stream.progressOwed) {
        return true; // It watches the future: etcd doesn't answer either.
      }
      // History gave it more than the position: a client that resumed from the answer would get
      // that twice.
      ahead |= watcher.next > position + 1;
    }
    if (ahead) {
      return false;
    }
    stream.offer(
        WatchResponse.newBuilder().setHeader(headers.apply(position)).setWatchId(-1).build());
    return true;
  }

  /** Tells idle watchers that asked for it how far they are. */
  void notifyProgress() {
    ResponseHeader header = headers.apply(position);
    for (WatchStream stream : streams) {
      for (Watcher watcher : stream.watchers.values()) {
        boolean caughtUp =
            watcher.mode == Watcher.Mode.LIVE
                && watcher.next <= position + 1
                && watcher.startRevision <= position;
        if (watcher.progressNotify && !watcher.active && caughtUp && stream.hasRoom()) {
          stream.offer(watcher.response().setHeader(header).build());
        }
        watcher.active = false;
      }
    }
  }

  long position() {
    return position;
  }

  int watcherCount() {
    return streams.stream().mapToInt(stream -> stream.watchers.size()).sum();
  }
}
