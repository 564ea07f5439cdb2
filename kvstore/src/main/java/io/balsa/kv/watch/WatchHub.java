package io.balsa.kv.watch;

import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.state.ApplyListener;
import io.balsa.kv.state.EventSource;
import io.balsa.kv.state.RevisionEvents;
import io.balsa.raft.model.NodeStoppedException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place that finds the watchers of an event, for all streams of a member.
 *
 * <p>Threads: {@link #onApplied} is called on the apply thread and only leaves the revisions in a
 * bounded queue; the rest of the public methods may be called by any thread. One thread of the
 * hub's own does all the work and is the only one that writes to a stream.
 *
 * <p>Failure: when the store is closed, or the hub's thread fails, every stream ends with "server
 * stopped". A hub that failed doesn't come back: {@link #stopped} tells whoever runs the member.
 */
public final class WatchHub implements ApplyListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WatchHub.class);

  /** How many turns history gets before the hub looks at the live feed again. */
  private static final int TURNS_PER_STEP = 64;

  /**
   * And for how long, because a turn may pass over very many rows. At least one turn is taken.
   */
  private static final long STEP_NANOS_MAX = 5_000_000;

  private final EventSource source;
  private final WatchConfig config;
  private final BooleanSupplier hasLeader;
  private final LongSupplier nanoClock;
  private final HubInbox inbox;
  private final HubCore core;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private volatile boolean closing;
  private final Thread thread;
  private long nextProgress;
  private long lastLeaderSeen;

  /**
   * A hub that isn't running yet.
   *
   * @param headers makes a response's header for a revision
   * @param hasLeader whether this member knows a leader just now
   * @param nanoClock monotonic
   */
  public WatchHub(
      EventSource source,
      WatchConfig config,
      LongFunction<ResponseHeader> headers,
      BooleanSupplier hasLeader,
      LongSupplier nanoClock) {
    this.source = source;
    this.config = config;
    this.hasLeader = hasLeader;
    this.nanoClock = nanoClock;
    this.inbox = new HubInbox(config.liveQueueBytesMax());
    this.core = new HubCore(source, config, headers);
    this.nextProgress = nanoClock.getAsLong() + config.progressInterval().toNanos();
    this.lastLeaderSeen = nanoClock.getAsLong();
    this.thread = new Thread(this::run, "watch-hub");
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  /**
   * A stream that isn't open yet; {@link WatchStream#open} it once whoever stands behind the sink
   * can call it back.
   *
   * @param leaderRequired whether the stream must end when this member has had no leader for too
   *     long
   */
  public WatchStream newStream(WatchSink sink, boolean leaderRequired) {
    return new WatchStream(this, sink, leaderRequired, config.streamBufferBytesMax());
  }

  @Override
  public void onApplied(List<RevisionEvents> revisions, long revision) {
    inbox.applied(revisions, revision);
  }

  @Override
  public void onRestored() {
    inbox.movedTo(source.currentRevision());
  }

  /**
   * Leaves word for the hub's thread.
   *
   * @return false if that thread has ended, and with it every stream
   */
  boolean request(Consumer<HubCore> request) {
    return inbox.request(() -> request.accept(core));
  }

  private void run() {
    @Nullable Throwable failure = null;
    try {
      boolean busy = false;
      while (!closing) {
        busy = step(busy ? 0 : nextTick());
      }
    } catch (InterruptedException e) {
      LOG.debug("the watch hub was interrupted to stop");
    } catch (NodeStoppedException e) {
      LOG.debug("the store is closed, the watch hub stops", e);
    } catch (RuntimeException | Error e) {
      LOG.error("the watch hub failed; every watch ends", e);
      failure = e;
    } finally {
      closing = true;
      try {
        endStreams();
      } finally {
        if (failure == null) {
          stopped.complete(null);
        } else {
          stopped.completeExceptionally(failure);
        }
      }
    }
  }

  /** Whatever broke the hub may lie in any of these: one that throws mustn't cost the others. */
  private void endStreams() {
    for (Runnable request : inbox.close()) {
      attempt(request);
    }
    for (WatchStream stream : core.streams()) {
      attempt(() -> core.fail(stream, KvError.SERVER_STOPPED));
    }
  }

  private static void attempt(Runnable lastWord) {
    try {
      lastWord.run();
    } catch (RuntimeException | Error e) {
      LOG.warn("a watch stream couldn't be ended in good order", e);
    }
  }

  /** Completes when the hub has stopped: exceptionally if something broke it. */
  public CompletableFuture<Void> stopped() {
    return stopped.copy();
  }

  /**
   * Does what there is to do, waiting for it at most this long.
   *
   * @return whether more is to be done at once
   */
  boolean step(long timeoutNanos) throws InterruptedException {
    HubInbox.Work work = inbox.take(timeoutNanos);
    // Live events first: a request that was made after a revision became visible finds the hub as
    // far as that.
    core.live(work.revisions(), work.through());
    inbox.wantLive(true);
    work.requests().forEach(Runnable::run);
    boolean busy = serveHistory();
    inbox.wantLive(core.wantsLive());
    core.answerProgress();
    tick(nanoClock.getAsLong());
    return busy;
  }

  private boolean serveHistory() {
    long began = nanoClock.getAsLong();
    boolean busy = core.serveNext();
    for (int turn = 1; busy && turn < TURNS_PER_STEP; turn++) {
      if (nanoClock.getAsLong() - began >= STEP_NANOS_MAX) {
        return true;
      }
      busy = core.serveNext();
    }
    return busy;
  }

  private long nextTick() {
    long untilProgress = nextProgress - nanoClock.getAsLong();
    return Math.max(0, Math.min(untilProgress, config.leaderlessMax().toNanos() / 6));
  }

  private void tick(long now) {
    if (now - nextProgress >= 0) {
      nextProgress = now + config.progressInterval().toNanos();
      core.notifyProgress();
    }
    if (hasLeader.getAsBoolean()) {
      lastLeaderSeen = now;
    } else if (now - lastLeaderSeen >= config.leaderlessMax().toNanos()) {
      lastLeaderSeen = now;
      core.failLeaderRequired();
    }
  }

  /** Ends every stream with "server stopped", and waits for the hub's thread. Idempotent. */
  @Override
  public void close() {
    closing = true;
    if (thread.isAlive()) {
      thread.interrupt();
      var unused = stopped.handle((done, failure) -> failure).join();
    }
  }

  HubCore core() {
    return core;
  }
}
