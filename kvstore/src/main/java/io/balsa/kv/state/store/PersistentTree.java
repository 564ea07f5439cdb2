package io.balsa.kv.state.store;

import io.balsa.kv.state.store.OrderedReader.Direction;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * An immutable balanced tree of rows: a change copies the path to the root and shares the rest, so that an old root is a
 * snapshot for free. Heights of siblings differ by one at most (AVL), whatever the order of insertion.
 */
record PersistentTree(@Nullable Node root) {
  static final PersistentTree EMPTY = new PersistentTree(null);

  record Node(
      byte[] key, byte[] value, @Nullable Node left, @Nullable Node right, int height, long bytes) {

    static Node of(byte[] key, byte[] value, @Nullable Node left, @Nullable Node right) {
      int height = 1 + Math.max(heightOf(left), heightOf(right));
      long bytes = (long) key.length + value.length + bytesOf(left) + bytesOf(right);
      return new Node(key, value, left, right, height, bytes);
    }
  }

  PersistentTree put(byte[] key, byte[] value) {
    return new PersistentTree(put(root, key, value));
  }

  PersistentTree remove(byte[] key) {
    return new PersistentTree(remove(root, key));
  }

  byte @Nullable [] get(byte[] key) {
    Node node = root;
    while (node != null) {
      int order = Arrays.compareUnsigned(key, node.key);
      if (order == 0) {
        return node.value;
      }
      node = order < 0 ? node.left : node.right;
    }
    return null;
  }

  /** Bytes of all keys and values. */
  long bytes() {
    return bytesOf(root);
  }

  StoreCursor cursor(byte[] fromKey, byte[] toKey, Direction direction) {
    return new Walk(root, fromKey, toKey, direction);
  }

  private static int heightOf(@Nullable Node node) {
    return node == null ? 0 : node.height;
  }

  private static long bytesOf(@Nullable Node node) {
    return node == null ? 0 : node.bytes;
  }

  private static Node put(@Nullable Node node, byte[] key, byte[] value) {
    if (node == null) {
      return Node.of(key, value, null, null);
    }
    int order = Arrays.compareUnsigned(key, node.key);
    if (order == 0) {
      return Node.of(key, value, node.left, node.right);
    }
    return order < 0
        ? balance(node, put(node.left, key, value), node.right)
        : balance(node, node.left, put(node.right, key, value));
  }

  private static @Nullable Node remove(@Nullable Node node, byte[] key) {
    if (node == null) {
      return null;
    }
    int order = Arrays.compareUnsigned(key, node.key);
    if (order < 0) {
      return balance(node, remove(node.left, key), node.right);
    }
    if (order > 0) {
      return balance(node, node.left, remove(node.right, key));
    }
    if (node.left == null || node.right == null) {
      return node.left == null ? node.right : node.left;
    }
    Node successor = node.right;
    while (successor.left != null) {
      successor = successor.left;
    }
    return balance(successor, node.left, remove(node.right, successor.key));
  }

  /** The row of {@code row} over the two subtrees, whose heights differ by two at most; rotated if they do. */
  private static Node balance(Node row, @Nullable Node left, @Nullable Node right) {
    int lean = heightOf(left) - heightOf(right);
    if (left != null && lean > 1) {
      return rotateRight(row, left, right);
    }
    if (right != null && lean < -1) {
      return rotateLeft(row, left, right);
    }
    return Node.of(row.key, row.value, left, right);
  }

  private static Node rotateRight(Node row, Node left, @Nullable Node right) {
    Node inner = left.right;
    if (inner != null && heightOf(inner) > heightOf(left.left)) {
      Node newLeft = Node.of(left.key, left.value, left.left, inner.left);
      Node newRight = Node.of(row.key, row.value, inner.right, right);
      return Node.of(inner.key, inner.value, newLeft, newRight);
    }
    return Node.of(left.key, left.value, left.left, Node.of(row.key, row.value, inner, right));
  }

  private static Node rotateLeft(Node row, @Nullable Node left, Node right) {
    Node inner = right.left;
    if (inner != null && heightOf(inner) > heightOf(right.right)) {
      Node newLeft = Node.of(row.key, row.value, left, inner.left);
      Node newRight = Node.of(right.key, right.value, inner.right, right.right);
      return Node.of(inner.key, inner.value, newLeft, newRight);
    }
    return Node.of(right.key, right.value, Node.of(row.key, row.value, left, inner), right.right);
  }

  /** An in-order walk; the stack holds the nodes whose turn is still to come, the next one on top. */
  private static final class Walk implements StoreCursor {
    private final byte[] fromKey;
    private final byte[] toKey;
    private final Direction direction;
    private final Deque<Node> pending = new ArrayDeque<>();
    private @Nullable Node current;

    Walk(@Nullable Node root, byte[] fromKey, byte[] toKey, Direction direction) {
      this.fromKey = fromKey;
      this.toKey = toKey;
      this.direction = direction;
      descend(root);
    }

    private void descend(@Nullable Node start) {
      Node node = start;
      while (node != null) {
        if (direction == Direction.UP) {
          node = Arrays.compareUnsigned(node.key, fromKey) < 0 ? node.right : push(node).left;
        } else {
          node = Arrays.compareUnsigned(node.key, toKey) >= 0 ? node.left : push(node).right;
        }
      }
    }

    private Node push(Node node) {
      pending.push(node);
      return node;
    }

    @Override
    public boolean next() {
      current = pending.poll();
      if (current == null) {
        return false;
      }
      descend(direction == Direction.UP ? current.right : current.left);
      boolean inRange =
          direction == Direction.UP
              ? Arrays.compareUnsigned(current.key, toKey) < 0
              : Arrays.compareUnsigned(current.key, fromKey) >= 0;
      if (!inRange) {
        pending.clear();
        current = null;
      }
      return inRange;
    }

    private Node current() {
      if (current == null) {
        throw new NoSuchElementException("the cursor stands on no row");
      }
      return current;
    }

    @Override
    public byte[] key() {
      return current().key;
    }

    @Override
    public byte[] value() {
      return current().value;
    }

    @Override
    public byte[] valueStart(int bytesMax) {
      byte[] value = value();
      return Arrays.copyOf(value, Math.min(value.length, bytesMax));
    }

    @Override
    public void close() {
      pending.clear();
      current = null;
    }
  }
}
