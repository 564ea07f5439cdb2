package io.balsa.kv.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.etcd.ReadPool;
import io.balsa.kv.etcd.RequestCheck;
import io.balsa.kv.etcd.Results;
import io.balsa.kv.lease.SoloReplica;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseGrantResponse;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.kv.state.LeaseRecord;
import io.balsa.kv.state.ReadView;
import io.balsa.kv.watch.WatchConfig;
import io.balsa.kv.watch.WatchHub;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls whose clients go away, and members that stop, at every step of getting in line. */
@Timeout(60)
final class QueueCallTest {
  private final KvStateMachine state =
      KvStateMachine.inMemory(KvStateConfig.DEFAULT.withoutBackgroundCompaction());
  private final SoloReplica replica = new SoloReplica(new SoloReplica.Log(state));
  private final RequestRouter router =
      new RequestRouter(
          replica, 99, SoloReplica.SELF, RequestRouter.Limits.of(1 << 20, Duration.ofSeconds(1)));

  /** One thread, so that reads come one after the other: see {@link #settle}. */
  private final ReadPool reads = new ReadPool(1);

  private final WatchHub hub =
      new WatchHub(
          state.events(),
          WatchConfig.DEFAULT,
          revision -> router.header(revision).build(),
          () -> true,
          System::nanoTime);
  private final AtomicLong lastLease = new AtomicLong();
  private final LocalKv kv =
      new LocalKv(
          new LocalKv.Parts(
              router, state, new RequestCheck(128), reads, (request, caller) -> grant(request)));
  private final Queue queue = new Queue(kv, ByteString.copyFromUtf8("job"));

  @BeforeEach
  void start() {
    replica.lead(true);
    state.setListener(hub);
    hub.start();
  }

  @AfterEach
  void stop() {
    hub.close();
    router.close();
    reads.close();
    state.close();
  }

  @Test
  void whoIsCancelledWhileItGetsInLineIsTakenOutAgain() throws Exception {
    long lease = newLease();
    replica.holdProposals(true);
    CompletableFuture<QueueCall.Turn> call = call(lease);
    call.cancel(false);
    replica.holdProposals(false); // Now it gets its place, and nobody wants it any more.
    await(() -> state.events().currentRevision() == 3);
    assertThat(keys()).isEmpty();
    assertThat(leases()).containsExactly(lease);
  }

  @Test
  void aLeaseThatIsMadeForNobodyAnyMoreIsRevoked() throws Exception {
    replica.holdProposals(true);
    CompletableFuture<QueueCall.Turn> call = call(0);
    call.cancel(false);
    replica.holdProposals(false);
    await(() -> lastLease.get() == 1 && leases().isEmpty());
    assertThat(keys()).isEmpty();
  }

  @Test
  void whoHoldsTheLockKeepsItWhenItAsksAgainAndGivesUp() throws Exception {
    long lease = newLease();
    done(call(lease));
    replica.holdProposals(true);
    CompletableFuture<QueueCall.Turn> again = call(lease);
    again.cancel(false);
    replica.holdProposals(false);
    done(call(lease));
    assertThat(keys()).hasSize(1);
    assertThat(state.events().currentRevision()).as("nothing was written since").isEqualTo(2);
  }

  @Test
  void whoIsCancelledBetweenTwoWaitsIsTakenOut() throws Exception {
    QueueCall.Turn first = done(call(newLease()));
    CompletableFuture<QueueCall.Turn> second = call(newLease());
    settle();
    replica.holdBarriers(true);
    assertThat(queue.leave(first.place()).get(20, TimeUnit.SECONDS).getSucceeded()).isTrue();
    // It is its turn, as far as this member knows; but that isn't enough.
    await(() -> replica.heldBarriers() == 1);
    assertThat(second).isNotDone();
    second.cancel(false);
    replica.holdBarriers(false);
    await(() -> keys().isEmpty());
  }

  @Test
  void aPlaceThatWasLostAndMadeAnewIsAnother() throws Exception {
    QueueCall.Turn first = done(call(newLease()));
    long lease = newLease();
    CompletableFuture<QueueCall.Turn> waiting = call(lease);
    await(() -> keys().size() == 2);
    replica.holdBarriers(true);
    KeyValue old = keys().get(1);
    Place place = new Place(old.getKey(), old.getCreateRevision());
    assertThat(queue.leave(place).get(20, TimeUnit.SECONDS).getSucceeded()).isTrue();
    CompletableFuture<QueueCall.Turn> anew = call(lease);
    await(() -> keys().size() == 2);
    replica.holdBarriers(false);
    fails(KvError.LOCK_LOST, waiting);
    assertThat(queue.leave(first.place()).get(20, TimeUnit.SECONDS).getSucceeded()).isTrue();
    assertThat(done(anew).place().createRevision()).isGreaterThan(place.createRevision());
  }

  @Test
  void aMemberThatStopsLeavesThePlacesOfLeasesThatItDidNotMake() throws Exception {
    done(call(newLease()));
    long lease = newLease();
    CompletableFuture<QueueCall.Turn> second = call(lease);
    await(() -> keys().size() == 2);
    CompletableFuture<QueueCall.Turn> third = call(0);
    await(() -> keys().size() == 3);
    hub.close();
    fails(KvError.SERVER_STOPPED, second);
    fails(KvError.SERVER_STOPPED, third);
    await(() -> keys().size() == 2);
    assertThat(keys().get(1).getLease()).isEqualTo(lease);
    fails(KvError.SERVER_STOPPED, call(newLease()));
  }

  @Test
  void keysAreLookedAtAgainWhenTheirHistoryIsGone() throws Exception {
    ByteString key = ByteString.copyFromUtf8("k");
    for (int i = 0; i < 5; i++) {
      propose(KvCommand.newBuilder().setPut(PutRequest.newBuilder().setKey(key)));
    }
    propose(KvCommand.newBuilder().setCompaction(CompactionRequest.newBuilder().setRevision(5)));
    KeyWait wait = KeyWait.begin(hub, List.of(key), 2);
    assertThat(wait.over().get(20, TimeUnit.SECONDS)).isNull();
  }

  private CompletableFuture<QueueCall.Turn> call(long lease) {
    return new QueueCall<>(
            queue,
            hub,
            new QueueCall.Wish(lease, ByteString.EMPTY, false, KvError.LOCK_LOST),
            turn -> turn)
        .begin();
  }

  /** Whoever got in line before this has looked who is before it, and waits if it must. */
  private void settle() throws Exception {
    assertThat(done(kv.readApplied(ReadView::currentRevision))).isPositive();
  }

  private CompletableFuture<LeaseGrantResponse> grant(LeaseGrantRequest request) {
    return router
        .propose(
            KvCommand.newBuilder()
                .setLeaseGrant(request.toBuilder().setID(lastLease.incrementAndGet())))
        .thenApply(result -> Results.of(result, LeaseGrantResponse.class));
  }

  private long newLease() throws Exception {
    return kv.grantLease(60).get(20, TimeUnit.SECONDS);
  }

  private void propose(KvCommand.Builder command) throws Exception {
    assertThat(router.propose(command).get(20, TimeUnit.SECONDS)).isNotNull();
  }

  private List<Long> leases() {
    return state.leases().all().stream().map(LeaseRecord::id).toList();
  }

  private List<KeyValue> keys() {
    try (ReadView view = state.view()) {
      return view.range(
              RangeRequest.newBuilder()
                  .setKey(queue.prefix())
                  .setRangeEnd(queue.prefixEnd())
                  .setSortTarget(RangeRequest.SortTarget.CREATE)
                  .setSortOrder(RangeRequest.SortOrder.ASCEND)
                  .build())
          .getKvsList();
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static void fails(KvError error, CompletableFuture<?> call) {
    assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(KvException.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  private static <T> T done(CompletableFuture<T> call) throws Exception {
    return call.get(20, TimeUnit.SECONDS);
  }
}
