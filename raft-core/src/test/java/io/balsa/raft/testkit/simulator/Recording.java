package io.balsa.raft.testkit.simulator;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.testkit.simulator.SimNetwork.Link;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Some of the messages that were sent so far, old ones and newer ones. */
final class Recording {
  private static final int KEPT = 100;
  private static final int ONE_IN = 16;
  private static final int READ_ANSWERS_KEPT = 3;

  /**
   * @param lives of both ends together, when it was sent
   */
  record Sent(Link link, Message message, long lives) {}

  private final SplittableRandom random;
  private final List<Sent> kept = new ArrayList<>();

  /** The newest of each receiver, ascending. */
  private final Map<NodeId, Deque<Sent>> readAnswers = new TreeMap<>();

  Recording(SplittableRandom random) {
    this.random = random;
  }

  void record(Link link, Message message, long lives) {
    if (message instanceof Message.ReadIndexResponse) {
      Deque<Sent> newest = readAnswers.computeIfAbsent(link.to(), to -> new ArrayDeque<>());
      newest.addLast(new Sent(link, message, lives));
      if (newest.size() > READ_ANSWERS_KEPT) {
        newest.removeFirst();
      }
    }
    maybeRecord(link, message, lives);
  }

  List<Sent> readAnswersTo(NodeId to) {
    return List.copyOf(readAnswers.getOrDefault(to, new ArrayDeque<>()));
  }

  /** One in some is kept; when there is no room any more, in the place of any other. */
  private void maybeRecord(Link link, Message message, long lives) {
    if (random.nextInt(ONE_IN) > 0) {
      return;
    }
    Sent sent = new Sent(link, message, lives);
    if (kept.size() < KEPT) {
      kept.add(sent);
    } else {
      kept.set(random.nextInt(KEPT), sent);
    }
  }

  Optional<Sent> any() {
    return kept.isEmpty() ? Optional.empty() : Optional.of(kept.get(random.nextInt(kept.size())));
  }
}
