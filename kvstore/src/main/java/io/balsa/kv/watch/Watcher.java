package io.balsa.kv.watch;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KeyRange;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchCreateRequest.FilterType;
import io.balsa.kv.proto.WatchResponse;
import io.balsa.raft.model.Bytes;
import java.util.ArrayList;
import java.util.List;

/** One watch of one stream. Owned by the hub's thread. */
final class Watcher {

  /** Where its next events come from. */
  enum Mode {
    /** From nowhere yet. */
    NEW,
    /** From the live feed: it is in the index. */
    LIVE,
    /** From history, when its stream has room. */
    BEHIND,
    /** From nowhere: it is cancelled or its stream is gone. */
    ENDED
  }

  final WatchStream stream;
  final long id;
  final KeyRange range;

  /** As asked for; 0 for "from now on". */
  final long startRevision;

  final boolean prevKv;
  final boolean fragment;
  final boolean progressNotify;
  private final boolean puts;
  private final boolean deletes;

  Mode mode = Mode.NEW;

  /**
   * Everything of interest before this revision was handed to the stream. For a live watcher the
   * hub's own position counts when it is further: it isn't written to every watcher on every
   * revision.
   */
  long next;

  /** Events of the live batch at hand. Invariant: empty between two batches. */
  final List<Event> pending = new ArrayList<>();

  /** Whether it was sent anything since the last round of progress notifications. */
  boolean active;

  Watcher(WatchStream stream, long id, KeyRange range, WatchCreateRequest request) {
    this.stream = stream;
    this.id = id;
    this.range = range;
    this.startRevision = request.getStartRevision();
    this.prevKv = request.getPrevKv();
    this.fragment = request.getFragment();
    this.progressNotify = request.getProgressNotify();
    this.puts = !request.getFiltersList().contains(FilterType.NOPUT);
    this.deletes = !request.getFiltersList().contains(FilterType.NODELETE);
  }

  /** An empty key is the smallest there is, not an error. */
  static KeyRange rangeOf(WatchCreateRequest request) {
    ByteString key = request.getKey();
    Bytes from = key.isEmpty() ? KeyRange.ALL.key() : Bytes.wrap(key.toByteArray());
    return new KeyRange(from, Bytes.wrap(request.getRangeEnd().toByteArray()));
  }

  boolean wants(Event event) {
    return event.getType() == Event.EventType.DELETE ? deletes : puts;
  }

  WatchResponse.Builder response() {
    return WatchResponse.newBuilder().setWatchId(id);
  }
}
