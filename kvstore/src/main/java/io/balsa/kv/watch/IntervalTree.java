package io.balsa.kv.watch;

import io.balsa.raft.model.Bytes;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Values by half-open ranges of keys, asked for by a key: who covers it? Adding, removing and
 * asking cost the logarithm of the number of distinct ranges, plus the answers; any number of
 * values on one range is one node. Not thread-safe.
 *
 * @param <V> compared by identity or by its own equality; one value at most once per range
 */
final class IntervalTree<V> {
  /*
   * A treap ordered by (from, to); each node also knows the furthest end in its subtree, so that a
   * search leaves a subtree alone when everything in it ends before the key, and goes right only
   * where ranges may still begin at or before the key:
   *
   *              [c, g) furthest z
   *             /                 \
   *     [a, d) furthest d     [d, z) furthest z
   *
   * Asked for f: the left one ends at d, no; the root, yes; the right one, yes.
   *
   * Priorities come from a seeded generator: the shape depends on nothing outside.
   */
  private static final class Node<V> {
    final Bytes from;
    final @Nullable Bytes to;
    final long priority;
    final Set<V> values = new LinkedHashSet<>();
    @Nullable Node<V> left;
    @Nullable Node<V> right;

    /** The largest {@code to} of this subtree; null is beyond every key. */
    @Nullable Bytes furthest;

    Node(Bytes from, @Nullable Bytes to, long priority) {
      this.from = from;
      this.to = to;
      this.priority = priority;
      this.furthest = to;
    }

    void refresh() {
      furthest = to;
      if (left != null && compareEnds(left.furthest, furthest) > 0) {
        furthest = left.furthest;
      }
      if (right != null && compareEnds(right.furthest, furthest) > 0) {
        furthest = right.furthest;
      }
    }
  }

  private final SplittableRandom priorities = new SplittableRandom(1);
  private @Nullable Node<V> root;

  /**
   * Adds a value on [from, to).
   *
   * @param to null for everything from {@code from} on
   */
  void add(Bytes from, @Nullable Bytes to, V value) {
    root = insert(root, from, to, value);
  }

  /** Removes a value from [from, to); one that isn't there stays so. */
  void remove(Bytes from, @Nullable Bytes to, V value) {
    root = delete(root, from, to, value);
  }

  /** Hands over every value whose range holds the key. */
  void covering(Bytes key, Consumer<V> consumer) {
    search(root, key, consumer);
  }

  boolean isEmpty() {
    return root == null;
  }

  private Node<V> insert(@Nullable Node<V> node, Bytes from, @Nullable Bytes to, V value) {
    if (node == null) {
      Node<V> created = new Node<>(from, to, priorities.nextLong());
      created.values.add(value);
      return created;
    }
    int order = compare(from, to, node);
    if (order == 0) {
      node.values.add(value);
      return node;
    }
    if (order < 0) {
      node.left = insert(node.left, from, to, value);
      node.refresh();
      return node.left.priority > node.priority ? rotateRight(node, node.left) : node;
    }
    node.right = insert(node.right, from, to, value);
    node.refresh();
    return node.right.priority > node.priority ? rotateLeft(node, node.right) : node;
  }

  private @Nullable Node<V> delete(
      @Nullable Node<V> node, Bytes from, @Nullable Bytes to, V value) {
    if (node == null) {
      return null;
    }
    int order = compare(from, to, node);
    if (order == 0) {
      node.values.remove(value);
      return node.values.isEmpty() ? merge(node.left, node.right) : node;
    }
    if (order < 0) {
      node.left = delete(node.left, from, to, value);
    } else {
      node.right = delete(node.right, from, to, value);
    }
    node.refresh();
    return node;
  }

  private static <V> @Nullable Node<V> merge(@Nullable Node<V> low, @Nullable Node<V> high) {
    if (low == null) {
      return high;
    }
    if (high == null) {
      return low;
    }
    if (low.priority > high.priority) {
      low.right = merge(low.right, high);
      low.refresh();
      return low;
    }
    high.left = merge(low, high.left);
    high.refresh();
    return high;
  }

  private static <V> Node<V> rotateRight(Node<V> node, Node<V> left) {
    node.left = left.right;
    left.right = node;
    node.refresh();
    left.refresh();
    return left;
  }

  private static <V> Node<V> rotateLeft(Node<V> node, Node<V> right) {
    node.right = right.left;
    right.left = node;
    node.refresh();
    right.refresh();
    return right;
  }

  private static <V> void search(@Nullable Node<V> node, Bytes key, Consumer<V> consumer) {
    if (node == null || endsBy(node.furthest, key)) {
      return;
    }
    search(node.left, key, consumer);
    if (node.from.compareTo(key) > 0) {
      return;
    }
    if (!endsBy(node.to, key)) {
      node.values.forEach(consumer);
    }
    search(node.right, key, consumer);
  }

  private static boolean endsBy(@Nullable Bytes to, Bytes key) {
    return to != null && to.compareTo(key) <= 0;
  }

  private static <V> int compare(Bytes from, @Nullable Bytes to, Node<V> node) {
    int order = from.compareTo(node.from);
    return order != 0 ? order : compareEnds(to, node.to);
  }

  private static int compareEnds(@Nullable Bytes a, @Nullable Bytes b) {
    if (a == null || b == null) {
      return a == b ? 0 : a == null ? 1 : -1;
    }
    return a.compareTo(b);
  }
}
