package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.state.store.OrderedReader.Direction;
import io.balsa.kv.state.store.OrderedStore;
import io.balsa.kv.state.store.RocksStore;
import io.balsa.kv.state.store.StoreCursor;
import io.balsa.kv.state.store.StorePin;
import io.balsa.kv.state.store.StoreWrites;
import java.nio.file.Path;

/** The bug of a store that doesn't restore its revision: counts on from the newest key that it finds. */
public final class ForgetfulState {
  private ForgetfulState() {}

  public static KvStateMachine open(Path dir, KvStateConfig config) {
    OrderedStore store = RocksStore.open(dir, config.storeSettings());
    try (StorePin pin = store.pin()) {
      StateRow stored = StateRow.decode(pin.get(Tables.STATE));
      long newest = Math.max(1, newest(pin));
      if (newest < stored.revision()) {
        StoreWrites forgotten = new StoreWrites();
        StateRow row =
            new StateRow(
                stored.applied(), newest, Math.min(stored.compacted(), newest), stored.hash());
        forgotten.put(Tables.STATE, row.encode());
        store.write(forgotten);
      }
    }
    return KvStateMachine.on(store, config);
  }

  /** The greatest revision of a key that is there: of what was deleted since, nothing is left. */
  private static long newest(StorePin pin) {
    long newest = 0;
    Tables.Span all = Tables.latest(ByteString.EMPTY, ByteString.copyFrom(new byte[1]));
    try (StoreCursor cursor = pin.cursor(all.fromKey(), all.toKey(), Direction.UP)) {
      while (cursor.next()) {
        newest = Math.max(newest, VersionRow.decode(cursor.value()).place().revision());
      }
    }
    return newest;
  }
}
