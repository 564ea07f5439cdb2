package io.balsa.kv.state.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.state.store.OrderedReader.Direction;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.NodeStoppedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every ordered store owes, checked against a sorted map. */
class OrderedStoreTest {
  enum Kind {
    HEAP,
    ROCKS
  }

  @TempDir Path dir;
  private final Random random = new Random(61);

  private OrderedStore open(Kind kind) {
    return switch (kind) {
      case HEAP -> new HeapStore();
      case ROCKS -> RocksStore.open(dir, new RocksSettings(1 << 16, 1 << 20, (byte) (5 * 23)));
    };
  }

  @ParameterizedTest
  @EnumSource
  void cursorsWalkTheRowsOfTheirMomentInBothDirections(Kind kind) {
    TreeMap<Bytes, Bytes> rows = new TreeMap<>();
    try (OrderedStore store = open(kind)) {
      for (int round = 0; round < 300; round++) {
        TreeMap<Bytes, Bytes> before = new TreeMap<>(rows);
        try (StorePin pin = store.pin()) {
          store.write(someWrites(rows));
          assertSame(pin, before);
        }
        try (StorePin pin = store.pin()) {
          assertSame(pin, rows);
        }
      }
    }
  }

  private StoreWrites someWrites(NavigableMap<Bytes, Bytes> rows) {
    StoreWrites writes = new StoreWrites();
    for (int i = random.nextInt(12); i >= 0; i--) {
      byte[] key = key();
      if (random.nextInt(3) == 0) {
        writes.delete(key);
        rows.remove(Bytes.wrap(key));
      } else {
        byte[] value = new byte[random.nextInt(300)];
        random.nextBytes(value);
        writes.put(key, value);
        rows.put(Bytes.wrap(key), Bytes.wrap(value));
      }
    }
    return writes;
  }

  private byte[] key() {
    byte[] key = new byte[1 + random.nextInt(2)];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (random.nextInt(12) * 23);
    }
    return key;
  }

  private void assertSame(StorePin pin, NavigableMap<Bytes, Bytes> rows) {
    byte[] from = key();
    byte[] to = key();
    Bytes low = Bytes.wrap(from);
    Bytes high = Bytes.wrap(to);
    NavigableMap<Bytes, Bytes> part =
        low.compareTo(high) < 0 ? rows.subMap(low, true, high, false) : new TreeMap<>();
    assertThat(walk(pin.cursor(from, to, Direction.UP))).isEqualTo(List.copyOf(part.entrySet()));
    assertThat(walk(pin.cursor(from, to, Direction.DOWN)))
        .isEqualTo(List.copyOf(part.descendingMap().entrySet()));
    byte[] found = pin.get(from);
    assertThat(found == null ? null : Bytes.wrap(found)).isEqualTo(rows.get(low));
  }

  private static List<Map.Entry<Bytes, Bytes>> walk(StoreCursor rows) {
    List<Map.Entry<Bytes, Bytes>> seen = new ArrayList<>();
    try (StoreCursor cursor = rows) {
      while (cursor.next()) {
        Bytes value = Bytes.wrap(cursor.value());
        assertThat(Bytes.wrap(cursor.valueStart(20)))
            .isEqualTo(value.slice(0, Math.min(20, value.size())));
        seen.add(Map.entry(Bytes.wrap(cursor.key()), value));
      }
    }
    return seen;
  }

  @ParameterizedTest
  @EnumSource
  void aPinIsReadableUntilItsLastHolderLeavesAndNeverAfter(Kind kind) {
    byte[] key = {1};
    byte[] end = {2};
    OrderedStore store = open(kind);
    StoreWrites writes = new StoreWrites();
    writes.put(key, new byte[] {7});
    store.write(writes);
    StorePin pin = store.pin();
    assertThat(pin.tryRetain()).isTrue();
    pin.close();
    StoreCursor cursor = pin.cursor(key, end, Direction.UP);
    pin.close();
    assertThat(cursor.next()).as("a cursor holds what it walks over").isTrue();
    assertThat(cursor.value()).containsExactly(7);
    cursor.close();
    assertThat(pin.tryRetain()).isFalse();
    assertThatThrownBy(() -> pin.get(key)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> pin.cursor(key, end, Direction.UP))
        .isInstanceOf(IllegalStateException.class);
    store.close();
    assertThatThrownBy(store::pin).isInstanceOf(NodeStoppedException.class);
    assertThatThrownBy(() -> store.write(writes)).isInstanceOf(NodeStoppedException.class);
    assertThatThrownBy(store::flush).isInstanceOf(NodeStoppedException.class);
  }
}
