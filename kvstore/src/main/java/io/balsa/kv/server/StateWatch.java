package io.balsa.kv.server;

import io.balsa.kv.command.KvCommand;
import io.balsa.kv.members.MembersAnswer;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.AlarmRequest;
import io.balsa.kv.proto.AlarmType;
import io.balsa.kv.proto.Member;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.raft.model.DamageException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares this member's state with the others' now and then. One that a majority outvotes mustn't serve any more: it stops, and comes
 * back as another ({@link SelfRepair}). Runs on a thread of its own.
 */
final class StateWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StateWatch.class);

  static final Duration PAUSE = Duration.ofSeconds(10);

  private static final Duration ANSWER_MAX = Duration.ofSeconds(2);

  private final MemberId self;
  private final long clusterId;
  private final KvStateMachine state;
  private final KnownMembers members;
  private final RequestRouter router;
  private final CompletableFuture<Void> outvoted = new CompletableFuture<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread watcher = new Thread(work, "kv-state-watch");
            watcher.setDaemon(true);
            return watcher;
          });

  private boolean alarmed;

  StateWatch(
      MemberId self,
      long clusterId,
      KvStateMachine state,
      KnownMembers members,
      RequestRouter router) {
    this.self = self;
    this.clusterId = clusterId;
    this.state = state;
    this.members = members;
    this.router = router;
  }

  void start(Duration pause) {
    var unused =
        thread.scheduleWithFixedDelay(
            this::compareGuarded, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Fails with a {@link DamageException} when the others have another state. */
  CompletableFuture<Void> outvoted() {
    return outvoted;
  }

  private void compareGuarded() {
    try {
      compare();
    } catch (RuntimeException e) {
      log.error("comparing the state with the others' failed", e);
    }
  }

  private void compare() {
    List<Member> voters =
        members.members().stream().filter(member -> !member.getIsLearner()).toList();
    List<CompletableFuture<MembersAnswer>> asked = new ArrayList<>();
    for (Member voter : voters) {
      if (voter.getID() != self.value() && voter.getPeerURLsCount() > 0) {
        asked.add(MembersInquiry.marks(URI.create(voter.getPeerURLs(0)), ANSWER_MAX));
      }
    }
    List<Map<Long, Long>> marks = new ArrayList<>();
    for (CompletableFuture<MembersAnswer> answer : asked) {
      try {
        MembersAnswer told = answer.join();
        if (told.getClusterId() == clusterId) {
          marks.add(told.getMarks().getHashesMap());
        }
      } catch (CompletionException e) {
        log.debug("a member doesn't say what its state is", e);
      }
    }
    boolean isVoter = voters.stream().anyMatch(voter -> voter.getID() == self.value());
    // Looked at last: what others have passed, this member may have passed meanwhile.
    judge(StateComparison.of(state.trail(), marks, voters.size(), isVoter));
  }

  private void judge(StateComparison comparison) {
    switch (comparison.verdict()) {
      case SAME -> {}
      case OUTVOTED ->
          outvoted.completeExceptionally(
              new DamageException(
                  "the state differs from that of the other members: something went wrong in it before entry "
                      + comparison.index()));
      case SPLIT -> alarm(comparison.index());
    }
  }

  /** Nobody can tell which state is right, and no write makes it better: an operator must. */
  private void alarm(long index) {
    if (alarmed) {
      return;
    }
    alarmed = true;
    log.error(
        "the members' states differ since before entry {}, and no majority of them agrees: raising CORRUPT",
        index);
    AlarmRequest raise =
        AlarmRequest.newBuilder()
            .setAction(AlarmRequest.AlarmAction.ACTIVATE)
            .setAlarm(AlarmType.CORRUPT)
            .setMemberID(self.value())
            .build();
    var unused =
        router
            .propose(KvCommand.newBuilder().setAlarm(raise))
            .exceptionally(
                failure -> {
                  log.error("CORRUPT couldn't be raised", failure);
                  return null;
                });
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
