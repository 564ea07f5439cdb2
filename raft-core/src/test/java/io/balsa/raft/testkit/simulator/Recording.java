package io.balsa.raft.testkit.simulator;

import io.balsa.raft.message.Message;
import io.balsa.raft.testkit.simulator.SimNetwork.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Some of the messages that were sent so far, old ones and newer ones. */
final class Recording {
  private static final int KEPT = 100;
  private static final int ONE_IN = 16;

  /**
   * @param lives of both ends together, when it was sent
   */
  record Sent(Link link, Message message, long lives) {}

  private final SplittableRandom random;
  private final List<Sent> kept = new ArrayList<>();

  Recording(SplittableRandom random) {
    this.random = random;
  }

  /** One in some is kept; when there is no room any more, in the place of any other. */
  void maybeRecord(Link link, Message message, long lives) {
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
