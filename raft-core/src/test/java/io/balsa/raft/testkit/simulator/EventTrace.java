package io.balsa.raft.testkit.simulator;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.CoreStatus;
import io.balsa.raft.protocol.Describe;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.protocol.Ready;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** The last events of a run, put into words only when somebody wants to read them, and a hash over all of them. */
final class EventTrace {
  private static final int SHOWN = 150;

  private record Event(long atNanos, String who, Object what) {}

  private final EventQueue queue;
  private final boolean textHash;
  private final Deque<Event> last = new ArrayDeque<>();
  private long hash = 17;

  EventTrace(EventQueue queue, boolean textHash) {
    this.queue = queue;
    this.textHash = textHash;
  }

  /** Something that isn't an input or a ready: a fault, a client's word. */
  void note(String who, String what) {
    add(who, what);
    mix(what.hashCode());
  }

  void input(NodeId node, Input input) {
    add(node.value(), input);
    mix(input.getClass().getSimpleName().hashCode());
  }

  void ready(NodeId node, Ready ready, CoreStatus status) {
    if (!ready.isEmpty()) {
      add(node.value(), ready);
    }
    mix(status.term());
    mix(status.last().index());
    mix(status.commitIndex());
    mix(status.persistedIndex());
  }

  void delivered(NodeId to, Message message) {
    mix(message.term());
    mix(to.value().hashCode());
  }

  private void add(String who, Object what) {
    mix(queue.now());
    last.addLast(new Event(queue.now(), who, what));
    if (last.size() > SHOWN) {
      last.removeFirst();
    }
    if (textHash) {
      mix(lines(what).hashCode());
    }
  }

  private void mix(long value) {
    hash = (hash ^ value) * 0x9E3779B97F4A7C15L;
    hash ^= hash >>> 29;
  }

  long hash() {
    return hash;
  }

  String render() {
    StringBuilder text = new StringBuilder();
    for (Event event : last) {
      boolean first = true;
      for (String line : lines(event.what())) {
        text.append(
            first
                ? String.format(Locale.ROOT, "%12.6f %-4s ", event.atNanos() / 1e9, event.who())
                : " ".repeat(18));
        text.append(event.what() instanceof Ready ? "   " : "").append(line).append('\n');
        first = false;
      }
    }
    return text.toString();
  }

  private static List<String> lines(Object what) {
    if (what instanceof Input input) {
      return List.of("<- " + Describe.input(input));
    }
    return what instanceof Ready ready ? Describe.ready(ready) : List.of(what.toString());
  }
}
