package io.balsa.kv.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The tree against a list that is searched from end to end. */
class IntervalTreeTest {

  private record Range(Bytes from, @Nullable Bytes to, int value) {
    boolean covers(Bytes key) {
      return from.compareTo(key) <= 0 && (to == null || key.compareTo(to) < 0);
    }
  }

  @Test
  void aRangeHoldsItsStartAndNotItsEnd() {
    IntervalTree<String> tree = new IntervalTree<>();
    tree.add(Bytes.utf8("b"), Bytes.utf8("d"), "middle");
    tree.add(Bytes.utf8("c"), null, "open");
    assertThat(covering(tree, "a")).isEmpty();
    assertThat(covering(tree, "b")).containsExactly("middle");
    assertThat(covering(tree, "c\0")).containsExactly("middle", "open");
    assertThat(covering(tree, "d")).containsExactly("open");
  }

  @Test
  void randomRangesAgreeWithAList() {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      IntervalTree<Integer> tree = new IntervalTree<>();
      List<Range> model = new ArrayList<>();
      for (int step = 0; step < 1000; step++) {
        if (!model.isEmpty() && random.nextInt(3) == 0) {
          Range gone = model.remove(random.nextInt(model.size()));
          tree.remove(gone.from(), gone.to(), gone.value());
        } else {
          Bytes from = key(random);
          Bytes to = random.nextInt(5) == 0 ? null : key(random);
          Range range = new Range(from, to, step);
          model.add(range);
          tree.add(from, to, step);
        }
        Bytes key = key(random);
        TreeSet<Integer> expected = new TreeSet<>();
        model.stream()
            .filter(range -> range.covers(key))
            .forEach(range -> expected.add(range.value()));
        List<Integer> found = new ArrayList<>();
        tree.covering(key, found::add);
        assertThat(found)
            .as("seed %d", seed)
            .doesNotHaveDuplicates()
            .containsExactlyInAnyOrderElementsOf(expected);
      }
      model.forEach(range -> tree.remove(range.from(), range.to(), range.value()));
      assertThat(tree.isEmpty()).isTrue();
    }
  }

  private static Bytes key(Random random) {
    return Bytes.utf8(Integer.toString(random.nextInt(200), 36));
  }

  private static List<String> covering(IntervalTree<String> tree, String key) {
    List<String> found = new ArrayList<>();
    tree.covering(Bytes.utf8(key), found::add);
    return found;
  }
}
