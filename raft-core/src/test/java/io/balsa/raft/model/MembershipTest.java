package io.balsa.raft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class MembershipTest {
  private static SortedSet<NodeId> nodes(String... names) {
    return Arrays.stream(names).map(NodeId::of).collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void whatIsEncodedIsDecoded() {
    Membership all = new Membership(nodes("a", "b"), nodes("b", "c"), nodes("c", "d"), nodes("d"));
    assertThat(Membership.decode(all.encode())).isEqualTo(all);
    assertThat(Membership.decode(Membership.NONE.encode())).isEqualTo(Membership.NONE);
  }

  /** Members that don't know promotable learners can be upgraded one by one, as long as there are none. */
  @Test
  void withoutPromotableLearnersItIsTheFormatOfOld() {
    Bytes encoded = new Membership(nodes("a"), nodes(), nodes("b")).encode();
    byte[] expected = {1, 0, 0, 0, 1, 0, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 'b'};
    assertThat(encoded.toByteArray()).isEqualTo(expected);
  }

  @Test
  void onlyALearnerCanBePromoted() {
    assertThatThrownBy(() -> new Membership(nodes("a"), nodes(), nodes("b"), nodes("c")))
        .isInstanceOf(InvariantViolation.class);
    assertThatThrownBy(
            () -> new MembershipChange(Optional.empty(), nodes("a"), nodes("b"), nodes("a"), true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFormatOfTheFutureIsRefused() {
    assertThatThrownBy(() -> Membership.decode(Bytes.wrap(new byte[] {3, 0, 0, 0, 0}, 0, 5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("version 3");
  }
}
