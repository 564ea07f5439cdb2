package io.balsa.kv.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Bytes;
import org.junit.jupiter.api.Test;

final class KeyRangeTest {

  @Test
  void aSingleKeyContainsItselfAndNothingElse() {
    KeyRange range = KeyRange.single(key("b"));
    assertThat(range.contains(key("b"))).isTrue();
    assertThat(range.contains(key("a"))).isFalse();
    assertThat(range.contains(bytes('b', 0))).isFalse();
    assertThat(range.isEmpty()).isFalse();
  }

  @Test
  void aRangeContainsItsKeyAndNotItsEnd() {
    KeyRange range = KeyRange.between(key("b"), key("d"));
    assertThat(range.contains(key("a"))).isFalse();
    assertThat(range.contains(key("b"))).isTrue();
    assertThat(range.contains(key("czzz"))).isTrue();
    assertThat(range.contains(key("d"))).isFalse();
  }

  @Test
  void aZeroByteAsTheEndMeansEverythingFromTheKeyOn() {
    KeyRange range = KeyRange.fromKey(key("m"));
    assertThat(range.contains(key("lz"))).isFalse();
    assertThat(range.contains(key("m"))).isTrue();
    assertThat(range.contains(bytes(0xff, 0xff, 0xff))).isTrue();
    assertThat(range.isEmpty()).isFalse();
    assertThat(KeyRange.ALL.contains(bytes(0))).isTrue();
  }

  @Test
  void anEndAtOrBeforeTheKeyHoldsNothing() {
    assertThat(KeyRange.between(key("b"), key("b")).isEmpty()).isTrue();
    assertThat(KeyRange.between(key("b"), key("a")).isEmpty()).isTrue();
    assertThat(KeyRange.between(key("b"), key("b")).contains(key("b"))).isFalse();
    assertThat(KeyRange.between(key("a"), bytes('a', 0)).isEmpty()).isFalse();
  }

  @Test
  void aPrefixEndsAtItsLastByteThatCanGrow() {
    assertThat(KeyRange.prefix(key("foo")).end()).isEqualTo(key("fop"));
    assertThat(KeyRange.prefix(bytes('a', 0xff)).end()).isEqualTo(key("b"));
    assertThat(KeyRange.prefix(bytes(0xff, 0xff)).isOpen()).isTrue();
    assertThat(KeyRange.prefix(Bytes.EMPTY)).isEqualTo(KeyRange.ALL);
  }

  @Test
  void rangesOverlapWhenSomeKeyCanLieInBoth() {
    KeyRange middle = KeyRange.between(key("b"), key("d"));
    assertThat(middle.overlaps(KeyRange.single(key("c")))).isTrue();
    assertThat(middle.overlaps(KeyRange.single(key("d")))).isFalse();
    assertThat(KeyRange.single(key("b")).overlaps(middle)).isTrue();
    assertThat(KeyRange.single(key("a")).overlaps(middle)).isFalse();
    assertThat(middle.overlaps(KeyRange.between(key("a"), key("b")))).isFalse();
    assertThat(middle.overlaps(KeyRange.between(key("d"), key("e")))).isFalse();
    assertThat(middle.overlaps(KeyRange.fromKey(key("d")))).isFalse();
    assertThat(middle.overlaps(KeyRange.fromKey(key("c")))).isTrue();
    assertThat(KeyRange.ALL.overlaps(KeyRange.fromKey(key("c")))).isTrue();
    assertThat(middle.overlaps(KeyRange.between(key("c"), key("c")))).isFalse();
    assertThat(KeyRange.single(key("x")).overlaps(KeyRange.single(key("x")))).isTrue();
  }

  private static Bytes key(String text) {
    return Bytes.utf8(text);
  }

  private static Bytes bytes(int... values) {
    byte[] array = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      array[i] = (byte) values[i];
    }
    return Bytes.wrap(array);
  }
}
