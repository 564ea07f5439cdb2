package io.balsa.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.InvariantViolation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EntryCacheTest {
  private static final int PAYLOAD_BYTES = 68;
  private static final long ENTRY_BYTES = PAYLOAD_BYTES + Entry.OVERHEAD_BYTES;

  @Test
  void itHoldsWhatWasAppended() {
    EntryCache cache = new EntryCache(1000 * ENTRY_BYTES, 10);
    cache.append(entries(1, 11, 210));
    assertThat(cache.firstIndex()).isEqualTo(11);
    assertThat(cache.read(11, 211, Long.MAX_VALUE)).isEqualTo(entries(1, 11, 210));
    assertThat(cache.read(150, 153, Long.MAX_VALUE)).isEqualTo(entries(1, 150, 152));
    assertThat(cache.read(10, 12, Long.MAX_VALUE)).isEmpty();
    assertThat(cache.read(211, 212, Long.MAX_VALUE)).isEmpty();
    assertThat(cache.termAt(210)).isEqualTo(1);
    assertThat(cache.termAt(211)).isEqualTo(-1);
  }

  @Test
  void aReadReturnsWhatFitsButAtLeastOne() {
    EntryCache cache = new EntryCache(1000 * ENTRY_BYTES, 0);
    cache.append(entries(1, 1, 9));
    assertThat(cache.read(1, 10, 1)).hasSize(1);
    assertThat(cache.read(1, 10, 3 * ENTRY_BYTES)).hasSize(3);
    assertThat(cache.read(1, 10, 3 * ENTRY_BYTES + 1)).hasSize(3);
  }

  @Test
  void whenItsGroupRestsItLetsGoOfAllThatIsDurable() {
    EntryCache cache = new EntryCache(1000 * ENTRY_BYTES, 0);
    cache.append(entries(1, 1, 100));
    cache.persisted(new EntryId(1, 90));
    cache.release();
    assertThat(cache.firstIndex()).isEqualTo(91);
    assertThat(cache.read(91, 101, Long.MAX_VALUE)).isEqualTo(entries(1, 91, 100));
    cache.persisted(new EntryId(1, 100));
    cache.release();
    assertThat(cache.firstIndex()).isEqualTo(101);
    cache.append(entries(1, 101, 200));
    assertThat(cache.read(101, 201, Long.MAX_VALUE)).isEqualTo(entries(1, 101, 200));
  }

  @Test
  void whatIsNotDurableIsNeverEvicted() {
    EntryCache cache = new EntryCache(2 * ENTRY_BYTES, 0);
    cache.append(entries(1, 1, 9));
    assertThat(cache.firstIndex()).isEqualTo(1);
    cache.persisted(new EntryId(1, 3));
    assertThat(cache.firstIndex()).isEqualTo(4);
    cache.persisted(new EntryId(1, 9));
    assertThat(cache.firstIndex()).isEqualTo(8);
  }

  @Test
  void aNewSuffixReplacesTheOldOne() {
    EntryCache cache = new EntryCache(1000 * ENTRY_BYTES, 0);
    cache.append(entries(1, 1, 9));
    cache.append(entries(2, 5, 6));
    assertThat(cache.read(4, 10, Long.MAX_VALUE))
        .extracting(Entry::id)
        .containsExactly(new EntryId(1, 4), new EntryId(2, 5), new EntryId(2, 6));
  }

  @Test
  void aSuffixThatBeginsBeforeTheCacheLeavesOnlyItself() {
    EntryCache cache = new EntryCache(2 * ENTRY_BYTES, 0);
    cache.append(entries(1, 1, 9));
    cache.persisted(new EntryId(1, 9));
    cache.append(entries(2, 4, 5));
    assertThat(cache.firstIndex()).isEqualTo(4);
    assertThat(cache.read(4, 9, Long.MAX_VALUE)).isEqualTo(entries(2, 4, 5));
  }

  @Test
  void aWriteOfReplacedEntriesMakesNothingEvictable() {
    EntryCache cache = new EntryCache(ENTRY_BYTES, 0);
    cache.append(entries(1, 1, 3));
    cache.append(entries(2, 2, 3));
    cache.persisted(new EntryId(1, 3)); // The first batch only now; its entries 2 and 3 are gone.
    assertThat(cache.firstIndex()).isEqualTo(1);
    cache.persisted(new EntryId(2, 3));
    assertThat(cache.firstIndex()).isEqualTo(3);
  }

  @Test
  void afterAResetTheLogBeginsBehindTheBase() {
    EntryCache cache = new EntryCache(1000 * ENTRY_BYTES, 0);
    cache.append(entries(1, 1, 9));
    cache.reset(100);
    assertThat(cache.firstIndex()).isEqualTo(101);
    assertThat(cache.read(5, 6, Long.MAX_VALUE)).isEmpty();
    cache.append(entries(3, 101, 102));
    assertThat(cache.read(101, 103, Long.MAX_VALUE)).hasSize(2);
  }

  @Test
  void aGapIsABrokenInvariant() {
    EntryCache cache = new EntryCache(1000 * ENTRY_BYTES, 0);
    cache.append(entries(1, 1, 3));
    assertThatThrownBy(() -> cache.append(entries(1, 5, 5)))
        .isInstanceOf(InvariantViolation.class)
        .hasMessageContaining("5@t1");
  }

  private static List<Entry> entries(long term, long fromIndex, long throughIndex) {
    List<Entry> entries = new ArrayList<>();
    for (long index = fromIndex; index <= throughIndex; index++) {
      entries.add(Entry.command(new EntryId(term, index), Bytes.wrap(new byte[PAYLOAD_BYTES])));
    }
    return entries;
  }
}
