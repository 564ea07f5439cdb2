package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.state.Tables.Span;
import io.balsa.kv.state.store.OrderedReader;
import io.balsa.kv.state.store.OrderedReader.Direction;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys at any revision that isn't compacted. As thread-safe as the rows below it.
 *
 * @param rows the rows, in a command with its own writes on top
 * @param revision the newest revision in the rows
 * @param compacted revisions before this one can't be read
 */
record MvccReader(OrderedReader rows, long revision, long compacted) {

  /** The newest version of a key; null if it doesn't live. */
  @Nullable VersionRow latest(ByteString key) {
    byte[] row = rows.get(Tables.latest(key));
    return row == null ? null : VersionRow.decode(row);
  }

  /** Walks the keys that live now, in either direction. */
  VersionCursor latest(ByteString key, ByteString end, Direction direction) {
    if (end.isEmpty()) {
      return new PointCursor(rows, key, latest(key));
    }
    Span span = Tables.latest(key, end);
    return new LatestCursor(rows, rows.cursor(span.fromKey(), span.toKey(), direction));
  }

  /** Walks the keys that lived at a revision, upwards. */
  VersionCursor at(long atRevision, ByteString key, ByteString end) {
    if (isLatest(atRevision)) {
      return latest(key, end, Direction.UP);
    }
    Span span = Tables.index(key, end);
    return new PastCursor(rows, span, atRevision);
  }

  /**
   * What watchers of an event are told that it replaced: the key as it was before the whole revision, whatever else the same
   * command did to it; nothing for a key that the revision created. To be asked of revisions above the compacted one.
   */
  @Nullable KeyValue replacedBy(EventRow event, long eventRevision) {
    if (event.prev().isNone() || (!event.delete() && event.create() == eventRevision)) {
      return null;
    }
    if (event.prev().revision() < eventRevision) {
      return EventRow.find(rows, event.prev()).toKeyValue(event.prev().revision());
    }
    try (VersionCursor before = at(eventRevision - 1, event.key(), ByteString.EMPTY)) {
      return before.next() ? before.read() : null;
    }
  }

  /** Whether a request for this revision means the keys as they are now. */
  boolean isLatest(long atRevision) {
    return atRevision <= 0 || atRevision == revision;
  }

  /**
   * @throws io.balsa.kv.model.KvException if a request can't read at this revision
   */
  void ensureReadable(long atRevision) {
    if (atRevision > revision) {
      throw KvError.FUTURE_REVISION.exception();
    }
    if (atRevision > 0 && atRevision < compacted) {
      throw KvError.COMPACTED.exception();
    }
  }

  /**
   * As {@link #ensureReadable}, for a range within a transaction. There a negative revision isn't the newest one but, as in
   * etcd, one of long ago; only where nothing was ever compacted is -1 not too old.
   *
   * @throws io.balsa.kv.model.KvException if a transaction can't read at this revision
   */
  void ensureReadableInTxn(long atRevision) {
    ensureReadable(atRevision);
    if (atRevision < 0 && atRevision < compacted) {
      throw KvError.COMPACTED.exception();
    }
  }
}
