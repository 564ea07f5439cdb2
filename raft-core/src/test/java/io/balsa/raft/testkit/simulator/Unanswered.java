package io.balsa.raft.testkit.simulator;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.testkit.invariant.PropertyViolation;
import java.util.Map;
import java.util.TreeMap;

/**
 * What leaders have sent to followers since these were last heard: to one that is silent, only so much is sent, however long
 * it is silent.
 */
final class Unanswered {
  /** Two windows, as the end of a silence may not have been noticed, and some probes; each perhaps in two messages. */
  private static final int MESSAGES_PER_APPEND = 2;

  private static final int PROBES = 4;

  private record Stream(long incarnation, long term, int appends) {}

  private static final Stream NONE = new Stream(0, 0, 0);

  private final int appendsMax;
  private final Map<SimNetwork.Link, Stream> streams = new TreeMap<>();

  Unanswered(Swarm swarm) {
    appendsMax = MESSAGES_PER_APPEND * (2 * swarm.inflightAppendsMax + PROBES);
  }

  /** The node may begin to count anew: it stood still and hears late, or was told that a peer is gone and probes again. */
  void excuse(NodeId node) {
    streams.keySet().removeIf(link -> link.from().equals(node));
  }

  void onSent(SimNetwork.Link link, long incarnation, Message message) {
    boolean counts = message instanceof Message.AppendRequest append && !append.entries().isEmpty();
    if (!counts) {
      return;
    }
    Stream before = streams.getOrDefault(link, NONE);
    boolean goesOn = before.incarnation() == incarnation && before.term() == message.term();
    int appends = goesOn ? before.appends() + 1 : 1;
    streams.put(link, new Stream(incarnation, message.term(), appends));
    if (appends > appendsMax) {
      throw new PropertyViolation(
          "SilenceIsHeeded",
          link.from() + " sent " + appends + " appends to " + link.to() + " without an answer");
    }
  }

  void onHeard(SimNetwork.Link link) {
    streams.remove(new SimNetwork.Link(link.to(), link.from()));
  }
}
