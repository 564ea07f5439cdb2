package io.balsa.kv.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.lease.LeaseKeeper.TimeLeft;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseRevokeRequest;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.KvStateMachine;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The leader's clock of leases, with the real state and a clock that the test turns. */
class LeaseKeeperTest {
  private static final LeaseConfig CONFIG = LeaseConfig.of(Duration.ofSeconds(1));

  private final KvStateMachine state =
      KvStateMachine.inMemory(KvStateConfig.DEFAULT.withoutBackgroundCompaction());
  private final SoloReplica.Log log = new SoloReplica.Log(state);
  private final SoloReplica replica = new SoloReplica(log);
  private long nanos = 77;
  private LeaseKeeper keeper = newKeeper();

  private LeaseKeeper newKeeper() {
    LeaseKeeper made = new LeaseKeeper(replica, state.leases(), CONFIG, () -> nanos, Runnable::run);
    state.setListener(made);
    return made;
  }

  @AfterEach
  void closeState() {
    state.close();
  }

  private void lead() {
    log.term++;
    replica.lead(true);
    keeper.onStatus(replica.status());
  }

  private void stepDown() {
    log.term++;
    replica.lead(false);
    keeper.onStatus(replica.status());
  }

  private void grant(long id, long ttlSeconds) {
    var unused =
        log.append(
            CommandCodec.encode(
                KvCommand.newBuilder()
                    .setLeaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(ttlSeconds))));
  }

  private void revoke(long id) {
    var unused =
        log.append(
            CommandCodec.encode(
                KvCommand.newBuilder().setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(id))));
  }

  /** Turns the clock on, with ticks as the thread would make them. */
  private void pass(long millis) {
    long step = CONFIG.tick().toMillis();
    for (long left = millis; left > 0; left -= step) {
      nanos += Math.min(left, step) * 1_000_000;
      keeper.tick();
    }
  }

  private boolean exists(long id) {
    return state.leases().lookup(id).isPresent();
  }

  @Test
  void aLeaseLivesItsTtlAndIsGoneATickLater() {
    lead();
    grant(7, 10);
    pass(9_999);
    assertThat(exists(7)).isTrue();
    assertThat(keeper.timeLeft(7).join()).hasValue(new TimeLeft(0, 10));
    pass(CONFIG.tick().toMillis() + 2);
    assertThat(exists(7)).isFalse();
    assertThat(keeper.timeLeft(7).join()).isEmpty();
    assertThat(keeper.size()).isZero();
  }

  @Test
  void aLeaseThatWasGrantedAgainDuringTheRoundIsNotExpired() {
    lead();
    grant(7, 10);
    grant(8, 10);
    replica.holdBarriers(true);
    pass(10_300);
    revoke(7);
    grant(7, 10);
    replica.holdBarriers(false);
    assertThat(exists(7)).isTrue();
    assertThat(exists(8)).isFalse();
  }

  @Test
  void aRenewalStartsTheTimeAgainWithoutTouchingTheLog() {
    lead();
    grant(7, 10);
    pass(9_000);
    int logged = log.commands.size();
    assertThat(keeper.renew(7).join()).isEqualTo(10);
    assertThat(log.commands).hasSize(logged);
    pass(9_999);
    assertThat(exists(7)).isTrue();
    pass(300);
    assertThat(exists(7)).isFalse();
  }

  @Test
  void anUnknownLeaseIsRenewedForNothing() {
    lead();
    assertThat(keeper.renew(99).join()).isZero();
  }

  @Test
  void aNewLeaderGivesTheFullTimeAndAnElectionTimeout() {
    grant(7, 10);
    pass(60_000);
    lead();
    assertThat(keeper.timeLeft(7).join()).hasValue(new TimeLeft(11, 10));
    pass(10_999);
    assertThat(exists(7)).isTrue();
    pass(300);
    assertThat(exists(7)).isFalse();
  }

  @Test
  void nobodyButTheLeaderCounts() {
    lead();
    grant(7, 10);
    stepDown();
    pass(60_000);
    assertThat(exists(7)).isTrue();
    assertFailsWith(keeper.renew(7), KvError.NOT_LEADER);
    assertFailsWith(keeper.timeLeft(7), KvError.NOT_LEADER);
  }

  private static void assertFailsWith(CompletableFuture<?> future, KvError error) {
    assertThat(future).isDone();
    assertThatThrownBy(future::join).hasMessageContaining(error.text());
  }

  @Test
  void aRenewalIsNotAnsweredBeforeTheLeaderKnowsThatItStillLeads() {
    lead();
    grant(7, 10);
    replica.holdBarriers(true);
    CompletableFuture<Long> renewal = keeper.renew(7);
    assertThat(renewal).isNotDone();
    // Deposed, though the keeper hasn't heard of it: the barrier passes through the new leader.
    log.term++;
    replica.lead(false);
    replica.holdBarriers(false);
    assertFailsWith(renewal, KvError.LEADER_CHANGED);
  }

  @Test
  void whoAsksDuringARoundIsAnsweredByTheNext() {
    lead();
    grant(7, 10);
    LeadershipRounds rounds = new LeadershipRounds(replica);
    replica.holdBarriers(true);
    CompletableFuture<Long> first = rounds.confirm();
    CompletableFuture<Long> second = rounds.confirm();
    CompletableFuture<Long> third = rounds.confirm();
    assertThat(second).isSameAs(third).isNotSameAs(first);
    replica.holdBarriers(false);
    assertThat(first.join()).isEqualTo(second.join()).isEqualTo(log.term);
  }

  @Test
  void aRenewalThatComesTooLateWaitsForTheEndAndGetsNothing() {
    lead();
    grant(7, 10);
    replica.holdProposals(true);
    pass(10_500);
    CompletableFuture<Long> renewal = keeper.renew(7);
    assertThat(renewal).isNotDone();
    assertThat(exists(7)).isTrue();
    replica.holdProposals(false);
    assertThat(renewal.join()).isZero();
    assertThat(exists(7)).isFalse();
  }

  @Test
  void aRenewalThatWaitsForTheEndIsToldWhenTheLeaderChangesFirst() {
    lead();
    grant(7, 10);
    replica.holdProposals(true);
    pass(10_500);
    CompletableFuture<Long> renewal = keeper.renew(7);
    stepDown();
    assertFailsWith(renewal, KvError.LEADER_CHANGED);
  }

  @Test
  void whatADeposedLeaderFoundExpiredStays() {
    lead();
    grant(7, 10);
    replica.holdProposals(true);
    pass(10_500);
    stepDown();
    replica.holdProposals(false);
    assertThat(log.commands.get(log.commands.size() - 1).hasLeaseExpire()).isTrue();
    assertThat(exists(7)).isTrue();
  }

  @Test
  void aLongLeaseEndsThoughLeadersChange() {
    lead();
    grant(7, 3600);
    pass(Duration.ofMinutes(21).toMillis());
    assertThat(log.commands).filteredOn(KvCommand::hasLeaseCheckpoint).hasSize(4);
    lead();
    // Checkpointed after 20 minutes, and an election timeout on top.
    assertThat(keeper.timeLeft(7).join())
        .hasValueSatisfying(left -> assertThat(left.remainingSeconds()).isBetween(2400L, 2402L));
  }

  @Test
  void aRenewalTakesACheckpointBackBeforeItIsAnswered() {
    lead();
    grant(7, 3600);
    pass(Duration.ofMinutes(21).toMillis());
    replica.holdProposals(true);
    CompletableFuture<Long> renewal = keeper.renew(7);
    assertThat(renewal).isNotDone();
    replica.holdProposals(false);
    assertThat(renewal.join()).isEqualTo(3600);
    lead();
    assertThat(keeper.timeLeft(7).join()).hasValue(new TimeLeft(3601, 3600));
  }

  @Test
  void aDeposedLeadersCheckpointDoesNotShortenARenewedLease() {
    lead();
    grant(7, 3600);
    replica.holdProposals(true);
    pass(Duration.ofMinutes(6).toMillis());
    stepDown();
    lead();
    assertThat(keeper.renew(7).join()).isEqualTo(3600);
    replica.holdProposals(false);
    assertThat(log.commands.get(log.commands.size() - 1).hasLeaseCheckpoint()).isTrue();
    lead();
    assertThat(keeper.timeLeft(7).join()).hasValue(new TimeLeft(3601, 3600));
  }

  @Test
  void shortLeasesAreNeverCheckpointed() {
    lead();
    grant(7, 300);
    pass(Duration.ofMinutes(5).toMillis());
    assertThat(log.commands).noneMatch(KvCommand::hasLeaseCheckpoint);
  }

  @Test
  void aStormOfExpiriesIsOneBatchAtATime() {
    for (long id = 1; id <= 100_000; id++) {
      grant(id, 10);
    }
    lead();
    assertThat(keeper.size()).isEqualTo(100_000);
    replica.holdProposals(true);
    pass(11_250);
    pass(10_000);
    replica.holdProposals(false);
    pass(1_000);
    List<Integer> batches =
        log.commands.stream()
            .filter(KvCommand::hasLeaseExpire)
            .map(command -> command.getLeaseExpire().getIdsCount())
            .toList();
    assertThat(batches).hasSize(200).allMatch(size -> size == 500);
    assertThat(keeper.size()).isZero();
  }

  @Test
  void noPromiseIsBrokenInRandomLives() {
    int expired = 0;
    for (long seed = 0; seed < 60; seed++) {
      expired += new Life(seed).live();
    }
    assertThat(expired).isGreaterThan(500);
  }

  /**
   * Random grants, renewals, revocations and leaders; what was promised is written down and held
   * against the state.
   */
  private final class Life {
    private final String name;
    private final Random random;
    private final Map<Long, Long> promisedUntil = new HashMap<>();
    private final Map<Long, Long> ttls = new HashMap<>();
    private long nextId;

    Life(long seed) {
      name = "seed " + seed;
      random = new Random(seed);
      nextId = 1_000_000 * (seed + 1);
    }

    int live() {
      int expired = 0;
      keeper = newKeeper();
      lead();
      for (int step = 0; step < 400; step++) {
        act(random.nextInt(100));
        for (long id : List.copyOf(promisedUntil.keySet())) {
          if (!exists(id)) {
            assertThat(nanos).as("%s: lease %d", name, id).isGreaterThanOrEqualTo(promised(id));
            promisedUntil.remove(id);
            expired++;
          }
        }
      }
      lead();
      pass(1_000_000);
      assertThat(promisedUntil.keySet())
          .as("%s: all end", name)
          .noneMatch(LeaseKeeperTest.this::exists);
      return expired;
    }

    private long promised(long id) {
      return promisedUntil.getOrDefault(id, 0L);
    }

    private void act(int choice) {
      if (choice < 25) {
        long ttl = random.nextInt(8) == 0 ? 400 + random.nextInt(500) : 2 + random.nextInt(20);
        grant(nextId, ttl);
        promise(nextId, ttl);
        ttls.put(nextId++, ttl);
      } else if (choice < 55 && !ttls.isEmpty()) {
        long id = nextId - 1 - random.nextInt(ttls.size());
        long ttl = keeper.renew(id).join();
        assertThat(ttl).as("%s: lease %d", name, id).isEqualTo(exists(id) ? ttls.get(id) : 0L);
        if (ttl > 0) {
          promise(id, ttl);
        }
      } else if (choice < 58 && !promisedUntil.isEmpty()) {
        long id = promisedUntil.keySet().iterator().next();
        promisedUntil.remove(id);
        revoke(id);
      } else if (choice < 62) {
        stepDown();
        pass(random.nextInt(1000));
        lead();
      } else if (choice < 64) {
        pass(random.nextInt(400_000));
      } else {
        pass(random.nextInt(3000));
      }
    }

    private void promise(long id, long ttlSeconds) {
      promisedUntil.put(id, nanos + ttlSeconds * 1_000_000_000);
    }
  }
}
