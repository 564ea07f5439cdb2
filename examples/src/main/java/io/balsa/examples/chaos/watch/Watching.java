package io.balsa.examples.chaos.watch;

import io.balsa.examples.chaos.client.KvWire;
import io.balsa.examples.chaos.client.MemberCalls;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A watch that goes on, whatever breaks: when it ends, or hears nothing for a while, it goes on at another member, from the
 * revision after the last one that it knows. A thread of its own, until closed.
 */
public final class Watching implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(200);

  /** The least that a watch may be away. */
  public static final Duration AT_ONCE = PAUSE;

  private final WatchRange range;
  private final Supplier<MemberCalls> nextMember;
  private final LongSupplier clock;
  private final Duration patience;
  private final Duration restMax;
  private final List<WatchSession> sessions = new ArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  /** The first revision that it hasn't been told everything of. Written by gRPC's threads, one at a time. */
  private volatile long next;

  /**
   * @param patience how long a silent watch is kept; members tell quiet watches of their progress much more often
   * @param restMax how long it may be away before it goes on, so that history may be compacted behind its back
   */
  public Watching(
      WatchRange range,
      long startRevision,
      Supplier<MemberCalls> nextMember,
      LongSupplier clock,
      Duration patience,
      Duration restMax) {
    this.range = range;
    this.next = startRevision;
    this.nextMember = nextMember;
    this.clock = clock;
    this.patience = patience;
    this.restMax = restMax;
    Thread thread = new Thread(this::run, "watching");
    thread.setDaemon(true);
    thread.start();
  }

  public WatchRange range() {
    return range;
  }

  /** The first revision that it hasn't been told everything of. */
  public long next() {
    return next;
  }

  public synchronized List<WatchSession> sessions() {
    return List.copyOf(sessions);
  }

  @Override
  public void close() {
    closed.countDown();
  }

  private void run() {
    try {
      while (closed.getCount() > 0) {
        watchOnce();
        long restMillis =
            ThreadLocalRandom.current().nextLong(PAUSE.toMillis(), restMax.toMillis() + 1);
        closed.await(restMillis, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void watchOnce() throws InterruptedException {
    MemberCalls member = nextMember.get();
    WatchSession session = new WatchSession(member.member().name(), range, next);
    synchronized (this) {
      sessions.add(session);
    }
    member.nudge();
    Answers answers = new Answers(session);
    StreamObserver<WatchRequest> requests = member.watch().watch(answers);
    requests.onNext(
        WatchRequest.newBuilder().setCreateRequest(range.request(session.startRevision())).build());
    // Some watches are left although nothing is wrong, so that resuming is tried in calm weather,
    // too.
    long leaveAt =
        clock.getAsLong() + TimeUnit.SECONDS.toNanos(ThreadLocalRandom.current().nextInt(3, 25));
    while (!answers.ended.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
      long now = clock.getAsLong();
      boolean silent = now - answers.heardNanos > patience.toNanos();
      if (closed.getCount() == 0 || silent || now > leaveAt) {
        answers.leave();
        requests.onCompleted();
        return;
      }
    }
  }

  /** Takes what one session is sent, until it is left. */
  private final class Answers implements StreamObserver<WatchResponse> {
    private final WatchSession session;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile long heardNanos = clock.getAsLong();

    /** Guarded by this. */
    private boolean left;

    Answers(WatchSession session) {
      this.session = session;
    }

    /** Nothing that arrives later is recorded: the next session would be told it again. */
    synchronized void leave() {
      left = true;
    }

    @Override
    public synchronized void onNext(WatchResponse response) {
      if (left) {
        return;
      }
      heardNanos = clock.getAsLong();
      WatchAnswer answer =
          new WatchAnswer(
              heardNanos,
              response.getHeader().getRevision(),
              response.getCreated(),
              response.getCanceled(),
              response.getCompactRevision(),
              response.getEventsList().stream().map(KvWire::event).toList());
      session.add(answer);
      if (!answer.events().isEmpty()) {
        next = Math.max(next, answer.events().get(answer.events().size() - 1).revision() + 1);
      } else if (answer.isBookmark()) {
        next = Math.max(next, answer.revision() + 1);
      }
      if (answer.cancelled()) {
        next = Math.max(next, answer.compactRevision());
        left = true;
        ended.countDown();
      }
    }

    @Override
    public void onError(Throwable error) {
      leave();
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      leave();
      ended.countDown();
    }
  }
}
