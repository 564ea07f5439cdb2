package io.balsa.kv.etcd;

import static io.balsa.kv.etcd.Requests.deleteOp;
import static io.balsa.kv.etcd.Requests.getOp;
import static io.balsa.kv.etcd.Requests.putOp;
import static io.balsa.kv.etcd.Requests.txnOp;
import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import io.balsa.kv.proto.RequestOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class KeyChangesTest {

  @Test
  void aKeyMayBePutOnceInABranch() {
    fine(putOp("a"), putOp("b"));
    duplicate(putOp("a"), putOp("a"));
    duplicate(putOp("a"), txnOp(List.of(putOp("a")), List.of()));
    duplicate(putOp("a"), txnOp(List.of(), List.of(putOp("a"))));
    duplicate(txnOp(List.of(putOp("a")), List.of()), txnOp(List.of(), List.of(putOp("a"))));
  }

  @Test
  void aKeyThatIsPutMayNotBeDeletedInEitherOrder() {
    duplicate(putOp("b"), deleteOp("b"));
    duplicate(deleteOp("b"), putOp("b"));
    duplicate(deleteOp("a", "c"), putOp("b"));
    duplicate(putOp("a"), deleteOp("a", "c"));
    fine(putOp("c"), deleteOp("a", "c"));
    fine(putOp("b\0"), deleteOp("b"));
    duplicate(putOp("b"), txnOp(List.of(deleteOp("a", "c")), List.of()));
    duplicate(deleteOp("a", "c"), txnOp(List.of(), List.of(putOp("b"))));
    duplicate(txnOp(List.of(deleteOp("a", "c")), List.of()), txnOp(List.of(putOp("b")), List.of()));
  }

  /** As with etcd: it looks at the puts of a nested transaction, and at the deletes of those before it. */
  @Test
  void whatANestedTxnPutsALaterOneMayDelete() {
    fine(txnOp(List.of(putOp("b")), List.of()), txnOp(List.of(deleteOp("a", "c")), List.of()));
    fine(txnOp(List.of(putOp("b")), List.of()), txnOp(List.of(), List.of(deleteOp("b"))));
    duplicate(txnOp(List.of(putOp("b")), List.of()), deleteOp("b"));
  }

  @Test
  void theBranchesOfANestedTxnExcludeEachOther() {
    fine(txnOp(List.of(putOp("a")), List.of(putOp("a"))));
    fine(txnOp(List.of(putOp("a")), List.of(deleteOp("a"))));
    fine(txnOp(List.of(txnOp(List.of(putOp("a")), List.of())), List.of(putOp("a"))));
    duplicate(putOp("a"), txnOp(List.of(putOp("b")), List.of(putOp("a"))));
  }

  @Test
  void deletesAndReadsMayOverlapAnything() {
    fine(deleteOp("a", "z"), deleteOp("b", "c"), deleteOp("b"), deleteOp("y", "zz"));
    fine(getOp("a"), putOp("a"), getOp("a"));
  }

  @Test
  void anEndOfOneZeroByteIsTakenLiterally() {
    fine(deleteOp("a", "\0"), putOp("b"));
    fine(deleteOp("b", "a"), putOp("a"), putOp("b"));
  }

  @Test
  void mergedRangesAnswerAsTheSingleOnesWould() {
    Random random = new Random(7);
    for (int round = 0; round < 2_000; round++) {
      List<RequestOp> ops = new ArrayList<>();
      boolean[] deleted = new boolean[26];
      for (int i = random.nextInt(5); i >= 0; i--) {
        int from = random.nextInt(26);
        int to = random.nextInt(26);
        ops.add(deleteOp(letter(from), letter(to)));
        for (int key = from; key < to; key++) {
          deleted[key] = true;
        }
      }
      TreeSet<Integer> puts = new TreeSet<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        puts.add(random.nextInt(26));
      }
      puts.forEach(key -> ops.add(random.nextInt(ops.size() + 1), putOp(letter(key))));
      boolean expected = puts.stream().anyMatch(key -> deleted[key]);
      assertThat(isDuplicate(ops)).as("%s", ops).isEqualTo(expected);
    }
  }

  @Test
  void aHundredThousandOperationsAreJudgedQuickly() {
    List<RequestOp> deletes = new ArrayList<>();
    List<RequestOp> puts = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      deletes.add(deleteOp("d" + i, "d" + i + "x"));
      puts.add(putOp("p" + i));
    }
    deletes.addAll(puts);
    fine(deletes.toArray(RequestOp[]::new));
  }

  private static String letter(int number) {
    return String.valueOf((char) ('a' + number));
  }

  private static void fine(RequestOp... branch) {
    assertThat(isDuplicate(List.of(branch))).as("%s", List.of(branch)).isFalse();
  }

  private static void duplicate(RequestOp... branch) {
    assertThat(isDuplicate(List.of(branch))).as("%s", List.of(branch)).isTrue();
  }

  private static boolean isDuplicate(List<RequestOp> branch) {
    try {
      KeyChanges.of(branch);
      return false;
    } catch (KvException e) {
      assertThat(e.error()).isEqualTo(KvError.DUPLICATE_KEY);
      return true;
    }
  }
}
