package io.balsa.kv.request;

import io.balsa.kv.command.Caller;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.failpoint.KvFailpoint;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.state.KvResult;
import io.balsa.raft.Outcome;
import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.ReadFailedException;
import io.balsa.raft.model.RejectReason;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one way from the services to Raft. What was certainly not done is tried again, until the request's time is up; what
 * may have been done never is.
 *
 * <p>Thread-safe; nothing blocks. Futures fail with {@link KvException} only, and complete on Raft's threads or on the
 * retry thread: continuations must be short.
 */
public final class RequestRouter implements AutoCloseable {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

  private final Replica replica;
  private final long clusterId;
  private final MemberId self;
  private final Limits limits;
  private final ScheduledThreadPoolExecutor retries;
  private final ProposalCount proposals = new ProposalCount();
  private volatile Admission admission = command -> Optional.empty();
  private volatile boolean closed;

  /**
   * @param requestBytesMax a larger encoded command is refused
   * @param timeout how long a request may take, with all its attempts
   */
  public record Limits(int requestBytesMax, Duration timeout) {

    /** etcd's: five seconds for the disk and the network, and two election timeouts to find a new leader. */
    public static Limits of(int requestBytesMax, Duration electionTimeout) {
      return new Limits(
          requestBytesMax, Duration.ofSeconds(5).plus(electionTimeout.multipliedBy(2)));
    }
  }

  public RequestRouter(Replica replica, long clusterId, MemberId self, Limits limits) {
    this.replica = replica;
    this.clusterId = clusterId;
    this.self = self;
    this.limits = limits;
    this.retries = new ScheduledThreadPoolExecutor(1, RequestRouter::retryThread);
    retries.setRemoveOnCancelPolicy(true);
  }

  private static Thread retryThread(Runnable work) {
    Thread thread = new Thread(work, "kv-retry");
    thread.setDaemon(true);
    return thread;
  }

  /** Who may keep commands out of the log. Set it before the first request. */
  public void setAdmission(Admission admission) {
    this.admission = admission;
  }

  /**
   * Has the command done, on behalf of {@link CallerContext#caller} unless it says itself whose it is. Completes with its
   * result once it is applied on this member.
   *
   * <p>Fails with TIMEOUT when the time is up: then it may be done, may still be, or never.
   */
  public CompletableFuture<KvResult> propose(KvCommand.Builder command) {
    Caller caller = CallerContext.caller();
    if (caller != null && !command.hasCaller()) {
      command.setCaller(caller);
    }
    Bytes encoded = CommandCodec.encode(command);
    if (encoded.size() > limits.requestBytesMax()) {
      return CompletableFuture.failedFuture(KvError.REQUEST_TOO_LARGE.exception());
    }
    Optional<KvError> refused = admission.refusal(command);
    if (refused.isPresent()) {
      return CompletableFuture.failedFuture(refused.get().exception());
    }
    Call<KvResult> call = new Call<>();
    proposals.count(call.answer);
    attemptProposal(encoded, call);
    return call.answer;
  }

  /** Completes when what this member has applied may be read as linearizable. */
  public CompletableFuture<Void> readBarrier() {
    Call<Void> call = new Call<>();
    attemptBarrier(call);
    return call.answer;
  }

  /** The head of an answer of this member, now. */
  public ResponseHeader.Builder header(long revision) {
    return ResponseHeader.newBuilder()
        .setClusterId(clusterId)
        .setMemberId(self.value())
        .setRevision(revision)
        .setRaftTerm(replica.term());
  }

  public Replica replica() {
    return replica;
  }

  public ProposalCount proposals() {
    return proposals;
  }

  private void attemptProposal(Bytes command, Call<KvResult> call) {
    if (closed) {
      call.fail(KvError.SERVER_STOPPED);
      return;
    }
    var unused =
        replica
            .propose(command)
            .whenComplete(
                (outcome, failure) -> {
                  if (failure != null) {
                    call.fail(failure);
                  } else {
                    onOutcome(outcome, command, call);
                  }
                });
  }

  private void onOutcome(Outcome<KvResult> outcome, Bytes command, Call<KvResult> call) {
    if (outcome instanceof Outcome.Committed<KvResult> committed) {
      Failpoints.at(KvFailpoint.ANSWER_BEFORE);
      call.answer.complete(committed.result());
    } else if (outcome instanceof Outcome.Rejected<KvResult> rejected) {
      onRejected(rejected.reason(), call, () -> attemptProposal(command, call));
    } else {
      call.fail(KvError.TIMEOUT);
    }
  }

  private void attemptBarrier(Call<Void> call) {
    if (closed) {
      call.fail(KvError.SERVER_STOPPED);
      return;
    }
    var unused =
        replica
            .readBarrier()
            .whenComplete(
                (index, failure) -> {
                  if (failure == null) {
                    call.answer.complete(null);
                  } else if (unwrap(failure) instanceof ReadFailedException notServed) {
                    onRejected(notServed.reason(), call, () -> attemptBarrier(call));
                  } else {
                    call.fail(failure);
                  }
                });
  }

  private void onRejected(RejectReason reason, Call<?> call, Runnable again) {
    Optional<KvError> verdict = verdictOn(reason);
    if (verdict.isPresent()) {
      call.fail(verdict.get());
      return;
    }
    long pauseNanos = call.nextPauseNanos();
    if (pauseNanos <= 0) {
      call.fail(KvError.TIMEOUT);
      return;
    }
    try {
      var unused = retries.schedule(again, pauseNanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closing) {
      call.fail(KvError.SERVER_STOPPED);
    }
  }

  /** What to tell the client; nothing when another attempt may do better. */
  private static Optional<KvError> verdictOn(RejectReason reason) {
    return switch (reason) {
      case NO_LEADER, NOT_LEADER, LEADER_CHANGED, LEADERSHIP_TRANSFER, SUPERSEDED, TIMED_OUT ->
          Optional.empty();
      case OVERLOADED -> Optional.of(KvError.TOO_MANY_REQUESTS);
      case TOO_LARGE -> Optional.of(KvError.REQUEST_TOO_LARGE);
      case NOT_A_MEMBER -> Optional.of(KvError.SERVER_STOPPED);
      case CHANGE_IN_PROGRESS, OTHER_MEMBERSHIP, NOT_CAUGHT_UP, NOTHING_TO_CHANGE ->
          throw new AssertionError("only a change of membership is refused as " + reason);
    };
  }

  /** Requests that wait for another attempt fail within a moment. Call it before the node is closed. */
  @Override
  public void close() {
    closed = true;
    retries.shutdown();
  }

  private static Throwable unwrap(Throwable failure) {
    @Nullable Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  /** One request with all its attempts. Only one attempt is under way at a time, so its fields need no lock. */
  private final class Call<T> {
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private final long deadlineNanos = System.nanoTime() + limits.timeout().toNanos();
    private volatile long pauseNanos = FIRST_PAUSE.toNanos();

    /** How long to wait before the next attempt; 0 or less when the time is up. */
    long nextPauseNanos() {
      long pause = Math.min(pauseNanos, deadlineNanos - System.nanoTime());
      pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE.toNanos());
      return pause;
    }

    void fail(KvError error) {
      answer.completeExceptionally(error.exception());
    }

    void fail(Throwable failure) {
      Throwable cause = unwrap(failure);
      if (cause instanceof KvException) {
        answer.completeExceptionally(cause);
      } else if (cause instanceof NodeStoppedException) {
        fail(KvError.SERVER_STOPPED);
      } else {
        answer.completeExceptionally(cause);
      }
    }
  }
}
