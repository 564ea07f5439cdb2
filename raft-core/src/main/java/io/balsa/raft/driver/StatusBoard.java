package io.balsa.raft.driver;

import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.protocol.CoreStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the loop last said of one group. The loop publishes; anybody reads or waits. */
final class StatusBoard {
  private static final Logger log = LoggerFactory.getLogger(StatusBoard.class);

  private final String name;

  /** The loop only. */
  private final List<Consumer<CoreStatus>> listeners = new ArrayList<>();

  private volatile CoreStatus current;
  private volatile @Nullable NodeStoppedException stopped;

  StatusBoard(String name, CoreStatus first) {
    this.name = name;
    this.current = first;
  }

  CoreStatus current() {
    return current;
  }

  /** The loop. */
  void publish(CoreStatus next) {
    CoreStatus last = current;
    current = next;
    if (last.standing() != next.standing()) {
      explain(next);
    }
    boolean ledDifferently =
        last.role() != next.role()
            || last.term() != next.term()
            || !last.leader().equals(next.leader());
    if (ledDifferently) {
      log.info(
          "{}: {} of term {}, leader {}",
          name,
          next.role(),
          next.term(),
          next.leader().map(Object::toString).orElse("unknown"));
      wakeWaiters();
    }
    if (ledDifferently || !last.membership().id().equals(next.membership().id())) {
      listeners.forEach(listener -> tell(listener, next));
    }
  }

  private void explain(CoreStatus next) {
    switch (next.standing()) {
      case MEMBER -> log.info("{}: takes part", name);
      case BLANK ->
          log.info("{}: the disk is blank; waits for the other initial voters, or a leader", name);
      case REFUSED ->
          log.error(
              "{}: the disk is blank, but others know this node from an earlier life: it can't take part, because it may have"
                  + " promised what it no longer knows. Give it its old disk back, or remove it from the group and add it again as a"
                  + " learner",
              name);
    }
  }

  /** The loop. */
  void addListener(Consumer<CoreStatus> listener) {
    listeners.add(listener);
    tell(listener, current);
  }

  /** Waits for an answer that isn't empty; it may depend on role, term and leader only. Blocks. */
  <T> Optional<T> await(Function<CoreStatus, Optional<T>> question, long timeoutNanos)
      throws InterruptedException {
    long deadline = System.nanoTime() + timeoutNanos;
    synchronized (this) {
      while (true) {
        Optional<T> answer = question.apply(current);
        long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (answer.isPresent() || leftMillis <= 0) {
          return answer;
        }
        NodeStoppedException reason = stopped;
        if (reason != null) {
          throw reason;
        }
        wait(leftMillis);
      }
    }
  }

  void stop(NodeStoppedException reason) {
    stopped = reason;
    wakeWaiters();
  }

  private synchronized void wakeWaiters() {
    notifyAll();
  }

  private void tell(Consumer<CoreStatus> listener, CoreStatus status) {
    try {
      listener.accept(status);
    } catch (RuntimeException e) {
      // A listener is told, not asked: what it throws changes nothing here.
      log.error("{}: a status listener threw", name, e);
    }
  }
}
