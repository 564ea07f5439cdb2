package io.balsa.kv.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.state.store.OrderedReader;
import io.balsa.kv.state.store.StoreCursor;
import io.balsa.kv.state.store.StorePin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reads at an old revision of keys with a long history. */
final class PastReadTest {
  private static final int WRITES = 2_000;

  private final KvFixture kv = new KvFixture();

  @AfterEach
  void close() {
    kv.close();
  }

  @Test
  void aHotKeyCostsAFewRowsAtAnyRevision() {
    kv.put("b", "first");
    for (int i = 0; i < WRITES; i++) {
      kv.put("a", "v" + i);
    }
    kv.put("c", "last");
    for (long revision : new long[] {2, 3, WRITES / 2, WRITES, WRITES + 2}) {
      try (StorePin pin = kv.store.pin()) {
        Counted rows = new Counted(pin);
        RangeResponse one = read(rows, revision, "");
        assertThat(one.getCount()).isEqualTo(revision >= 3 ? 1 : 0);
        RangeResponse all = read(rows, revision, "z");
        assertThat(all.getCount()).isEqualTo(revision >= 3 ? 2 : 1);
        if (revision >= 3) {
          String value = "v" + (revision - 3);
          assertThat(one.getKvs(0).getValue().toStringUtf8()).isEqualTo(value);
          assertThat(all.getKvs(0)).isEqualTo(one.getKvs(0));
        }
        assertThat(rows.steps).isLessThan(60);
      }
    }
  }

  private RangeResponse read(OrderedReader rows, long revision, String end) {
    RangeRequest request =
        RangeRequest.newBuilder()
            .setKey(KvFixture.bytes("a"))
            .setRangeEnd(KvFixture.bytes(end))
            .setRevision(revision)
            .build();
    return new RangeQuery(request).answer(new MvccReader(rows, kv.revision(), -1));
  }

  /** Counts how many rows cursors walk over. */
  private static final class Counted implements OrderedReader {
    private final OrderedReader rows;
    private int steps;

    Counted(OrderedReader rows) {
      this.rows = rows;
    }

    @Override
    public byte @org.jspecify.annotations.Nullable [] get(byte[] key) {
      return rows.get(key);
    }

    @Override
    public StoreCursor cursor(byte[] fromKey, byte[] toKey, Direction direction) {
      StoreCursor walk = rows.cursor(fromKey, toKey, direction);
      return new StoreCursor() {
        @Override
        public boolean next() {
          steps++;
          return walk.next();
        }

        @Override
        public byte[] key() {
          return walk.key();
        }

        @Override
        public byte[] value() {
          return walk.value();
        }

        @Override
        public byte[] valueStart(int bytesMax) {
          return walk.valueStart(bytesMax);
        }

        @Override
        public void close() {
          walk.close();
        }
      };
    }
  }
}
