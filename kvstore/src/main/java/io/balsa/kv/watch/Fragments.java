package io.balsa.kv.watch;

import com.google.protobuf.CodedOutputStream;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.WatchResponse;
import java.util.ArrayList;
import java.util.List;

/** Cuts a large response into several, for clients that said they can put them together again. */
final class Fragments {
  private Fragments() {}

  /**
   * Pieces with the same header and id, each below the bound unless a single event exceeds it; all
   * but the last say that there is more.
   */
  static List<WatchResponse> of(WatchResponse whole, long fragmentBytes) {
    if (whole.getSerializedSize() < fragmentBytes || whole.getEventsCount() < 2) {
      return List.of(whole);
    }
    WatchResponse frame = whole.toBuilder().clearEvents().setFragment(true).build();
    List<WatchResponse> pieces = new ArrayList<>();
    WatchResponse.Builder piece = frame.toBuilder();
    long pieceBytes = frame.getSerializedSize();
    for (Event event : whole.getEventsList()) {
      long eventBytes =
          CodedOutputStream.computeMessageSize(WatchResponse.EVENTS_FIELD_NUMBER, event);
      if (piece.getEventsCount() > 0 && pieceBytes + eventBytes >= fragmentBytes) {
        pieces.add(piece.build());
        piece = frame.toBuilder();
        pieceBytes = frame.getSerializedSize();
      }
      piece.addEvents(event);
      pieceBytes += eventBytes;
    }
    pieces.add(piece.setFragment(false).build());
    return pieces;
  }
}
