package io.balsa.examples.chaos.watch;

import com.google.protobuf.ByteString;
import io.balsa.examples.chaos.client.KvWire;
import io.balsa.examples.chaos.model.KvEvent;
import io.balsa.kv.proto.WatchCreateRequest;

/**
 * What a watch asks for. Immutable.
 *
 * @param from the first key
 * @param to the key after the last one; empty for {@code from} alone, {@code "\0"} for all from {@code from} on
 */
public record WatchRange(
    String from, String to, boolean puts, boolean deletes, boolean prevKv, boolean progress) {

  public static WatchRange everything() {
    return new WatchRange("\0", "\0", true, true, true, true);
  }

  public boolean wants(KvEvent event) {
    return holds(event.key()) && (event.isDelete() ? deletes : puts);
  }

  private boolean holds(String key) {
    if (to.isEmpty()) {
      return key.equals(from);
    }
    return key.compareTo(from) >= 0 && (to.equals("\0") || key.compareTo(to) < 0);
  }

  WatchCreateRequest request(long startRevision) {
    WatchCreateRequest.Builder create =
        WatchCreateRequest.newBuilder()
            .setKey(KvWire.bytes(from))
            .setRangeEnd(to.isEmpty() ? ByteString.EMPTY : KvWire.bytes(to))
            .setStartRevision(startRevision)
            .setPrevKv(prevKv)
            .setProgressNotify(progress);
    if (!puts) {
      create.addFilters(WatchCreateRequest.FilterType.NOPUT);
    }
    if (!deletes) {
      create.addFilters(WatchCreateRequest.FilterType.NODELETE);
    }
    return create.build();
  }
}
