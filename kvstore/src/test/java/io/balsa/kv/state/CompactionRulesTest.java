package io.balsa.kv.state;

import static io.balsa.kv.state.KvFixture.deleteOp;
import static io.balsa.kv.state.KvFixture.putOp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.model.KeyRange;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import io.balsa.kv.proto.CompactionResponse;
import io.balsa.kv.state.store.OrderedReader.Direction;
import io.balsa.kv.state.store.StoreCursor;
import io.balsa.kv.state.store.StorePin;
import io.balsa.raft.model.NodeStoppedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Compaction, one test per sentence of the rules. */
class CompactionRulesTest {
  private final KvFixture kv = new KvFixture();

  @AfterEach
  void close() {
    kv.close();
  }

  @Test
  void aRevisionIsCompactedOnceAndNeverAheadOfTime() {
    assertThat(kv.compact(0)).isInstanceOf(CompactionResponse.class);
    assertThat(kv.compact(0)).isEqualTo(KvError.COMPACTED);
    assertThat(kv.compact(1)).isInstanceOf(CompactionResponse.class);
    assertThat(kv.compact(1)).isEqualTo(KvError.COMPACTED);
    assertThat(kv.compact(2)).isEqualTo(KvError.FUTURE_REVISION);
    assertThat(kv.revision()).isEqualTo(1);
  }

  @Test
  void readsBeforeTheCompactedRevisionFailAtOnceAndReadsAtItDoNot() {
    kv.put("a", "2");
    kv.put("a", "3");
    kv.put("a", "4");
    kv.compact(3);
    assertThatThrownBy(() -> kv.get("a", 2))
        .isInstanceOf(KvException.class)
        .hasMessage(KvError.COMPACTED.text());
    assertThat(kv.get("a", 3).getVersion()).isEqualTo(2);
    assertThatThrownBy(() -> kv.machine.events().read(2, KeyRange.ALL, true, 1, 1))
        .isInstanceOf(HistoryCompactedException.class);
    assertThat(kv.history(3)).containsExactly("3 put a=3", "4 put a=4 was 3");
    assertThatThrownBy(() -> kv.machine.hashKv(2)).isInstanceOf(KvException.class);
  }

  @Test
  void theNewestVersionAtOrBeforeTheRevisionStays() {
    kv.put("a", "2");
    kv.put("b", "3");
    kv.put("a", "4");
    kv.put("c", "5");
    kv.compactWholly(5);
    assertThat(kv.get("a", 5).getValue().toStringUtf8()).isEqualTo("4");
    assertThat(kv.get("b", 5).getValue().toStringUtf8()).isEqualTo("3");
    assertThat(rows('L')).isEqualTo(3);
    assertThat(rows('I')).isEqualTo(3);
  }

  @Test
  void aDeletionAtTheRevisionStaysForWatchersUntilTheNextCompaction() {
    kv.put("a", "2");
    kv.delete("a");
    kv.put("b", "4");
    kv.compactWholly(3);
    assertThat(kv.history(3)).containsExactly("3 del a", "4 put b=4");
    assertThat(rows('L')).isEqualTo(2);
    kv.compactWholly(4);
    assertThat(kv.history(4)).containsExactly("4 put b=4");
    assertThat(rows('L')).isEqualTo(1);
    assertThat(rows('I')).isEqualTo(1);
  }

  @Test
  void theCompactedRevisionItselfIsNeverSplit() {
    kv.put("a", "2");
    kv.txn(deleteOp("a", "\0"), putOp("a", "3"), putOp("b", "3"), deleteOp("b", ""));
    kv.compactWholly(3);
    assertThat(kv.history(3)).containsExactly("3 del a", "3 put a=3", "3 put b=3", "3 del b");
    kv.put("b", "4");
    kv.compactWholly(4);
    assertThat(rows('L')).isEqualTo(2);
    assertThat(kv.get("a", 4).getValue().toStringUtf8()).isEqualTo("3");
  }

  @Test
  void theRevisionNeverGoesBackThoughAllHistoryIsGone() {
    kv.put("a", "2");
    kv.delete("a");
    kv.txn(putOp("b", "4"));
    kv.delete("b");
    kv.compactWholly(5);
    kv.machine.flush();
    try (KvStateMachine restarted = KvStateMachine.on(kv.store.afterCrash(), KvFixture.CONFIG)) {
      assertThat(restarted.events().currentRevision()).isEqualTo(5);
      assertThat(restarted.events().compactedRevision()).isEqualTo(5);
    }
  }

  @Test
  void anUnfinishedCompactionGoesOnAfterARestart() {
    for (int i = 0; i < 3_000; i++) {
      kv.put("a", "v" + i);
    }
    kv.compact(3_001);
    assertThat(kv.machine.compactStep()).isTrue();
    assertThat(rows('L')).isBetween(1_000, 2_100);
    kv.machine.flush();
    try (KvStateMachine restarted =
        KvStateMachine.on(kv.store.afterCrash(), KvStateConfig.DEFAULT)) {
      assertThat(restarted.compactionDone(3_001)).succeedsWithin(1, TimeUnit.MINUTES);
      assertThat(restarted.hashKv(0)).isEqualTo(kv.machine.hashKv(0));
    }
  }

  @Test
  void aWalkThatPausedInItsLastRevisionSeesItAgainWhenANewerCompactionComes() {
    for (int i = 0; i < 600; i++) {
      kv.put("k" + i, "v");
    }
    kv.txn(KvFixture.deleteOp("k", "l"));
    kv.put("z", "v");
    kv.compact(602);
    assertThat(kv.machine.compactStep()).isTrue();
    kv.compactWholly(603);
    assertThat(rows('L')).isEqualTo(1);
    assertThat(rows('I')).isEqualTo(1);
  }

  @Test
  void whoWaitsForHistoryToBeRemovedIsTold() {
    kv.put("a", "2");
    kv.put("a", "3");
    CompletableFuture<Void> two = kv.machine.compactionDone(2);
    CompletableFuture<Void> three = kv.machine.compactionDone(3);
    kv.compactWholly(2);
    assertThat(two).isCompleted();
    assertThat(three).isNotDone();
    assertThat(kv.machine.compactionDone(1)).isCompleted();
    kv.machine.close();
    assertThat(three).isCompletedExceptionally();
    assertThatThrownBy(three::join).hasCauseInstanceOf(NodeStoppedException.class);
  }

  private int rows(char table) {
    int count = 0;
    byte[] from = {(byte) table};
    byte[] to = {(byte) (table + 1)};
    try (StorePin pin = kv.store.pin();
        StoreCursor cursor = pin.cursor(from, to, Direction.UP)) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }
}
