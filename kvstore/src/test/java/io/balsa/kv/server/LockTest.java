package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.lock.LockRequest;
import io.balsa.kv.proto.lock.LockResponse;
import io.balsa.kv.proto.lock.UnlockRequest;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Locks at three members. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LockTest {
  private TestCluster cluster;
  private final List<MemberClient> clients = new ArrayList<>();

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    cluster = TestCluster.start(dir, 3);
    for (int member = 0; member < 3; member++) {
      clients.add(new MemberClient(cluster, member));
    }
  }

  @AfterAll
  void stop() {
    clients.forEach(MemberClient::close);
    cluster.close();
  }

  @Test
  void theKeyIsTheNameAndTheLeaseInHexadecimal() {
    long lease = clients.get(0).grant(60);
    LockResponse locked = clients.get(0).lock().lock(request("format", lease));
    assertThat(locked.getKey().toStringUtf8()).isEqualTo("format/" + Long.toHexString(lease));
    assertThat(locked.getHeader().getMemberId()).isNotZero();
    assertThat(clients.get(1).queue("format"))
        .singleElement()
        .satisfies(kv -> assertThat(kv.getLease()).isEqualTo(lease))
        .satisfies(kv -> assertThat(kv.getValue().isEmpty()).isTrue())
        .satisfies(
            kv -> assertThat(kv.getCreateRevision()).isEqualTo(locked.getHeader().getRevision()));
  }

  @Test
  void aLockIsHandedOverInTheOrderInWhichItWasAskedFor() throws Exception {
    List<LockResponse> held = new ArrayList<>();
    held.add(clients.get(0).lock().lock(request("order", clients.get(0).grant(60))));
    List<ListenableFuture<LockResponse>> waiting = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      waiting.add(lockLater(i % 3, "order", clients.get(i % 3).grant(60), i + 1));
    }
    for (int next = 0; next < 5; next++) {
      assertThat(waiting.subList(next, 5)).noneMatch(ListenableFuture::isDone);
      unlock(next % 2, held.get(next).getKey());
      held.add(done(waiting.get(next)));
    }
    unlock(0, held.get(5).getKey());
    assertThat(clients.get(2).queue("order")).isEmpty();
    assertThat(held)
        .extracting(locked -> locked.getHeader().getRevision())
        .isSorted()
        .doesNotHaveDuplicates();
  }

  @Test
  void onlyOneHoldsALockAtATime() throws Exception {
    AtomicInteger holders = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    AtomicInteger turns = new AtomicInteger();
    for (int i = 0; i < 12; i++) {
      MemberClient client = clients.get(i % 3);
      Thread thread =
          new Thread(
              () -> {
                for (int round = 0; round < 5; round++) {
                  LockResponse locked = client.lock().lock(request("one", 0));
                  assertThat(holders.incrementAndGet()).isEqualTo(1);
                  turns.incrementAndGet();
                  assertThat(holders.decrementAndGet()).isZero();
                  var unused =
                      client
                          .lock()
                          .unlock(UnlockRequest.newBuilder().setKey(locked.getKey()).build());
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(60));
    }
    assertThat(turns).hasValue(60);
  }

  @Test
  void theEndOfALeaseReleasesItsLock() throws Exception {
    long revoked = clients.get(0).grant(60);
    long expiring = clients.get(1).grant(2);
    var unused = clients.get(0).lock().lock(request("lease", revoked));
    ListenableFuture<LockResponse> second = lockLater(1, "lease", expiring, 2);
    ListenableFuture<LockResponse> third = lockLater(2, "lease", clients.get(2).grant(60), 3);
    clients.get(2).revoke(revoked);
    assertThat(done(second).getKey().toStringUtf8()).endsWith(Long.toHexString(expiring));
    // Nobody keeps it alive.
    assertThat(done(third).getKey()).isEqualTo(clients.get(0).queue("lease").get(0).getKey());
  }

  @Test
  void aLeaseThatHoldsTheLockGetsItAgainAtOnce() {
    long lease = clients.get(0).grant(60);
    LockResponse first = clients.get(0).lock().lock(request("again", lease));
    LockResponse second = clients.get(1).lock().lock(request("again", lease));
    assertThat(second.getKey()).isEqualTo(first.getKey());
    assertThat(clients.get(2).queue("again"))
        .singleElement()
        .satisfies(kv -> assertThat(kv.getVersion()).isEqualTo(1));
  }

  @Test
  void aCancelledWaiterLeavesNothingBehind() throws Exception {
    long[] leases = {clients.get(0).grant(60), clients.get(1).grant(60), clients.get(2).grant(60)};
    LockResponse held = clients.get(0).lock().lock(request("cancel", leases[0]));
    ListenableFuture<LockResponse> second = lockLater(1, "cancel", leases[1], 2);
    ListenableFuture<LockResponse> third = lockLater(2, "cancel", leases[2], 3);
    second.cancel(true);
    awaitQueue("cancel", 2);
    assertThat(third.isDone()).isFalse();
    assertThat(clients.get(0).leases()).contains(leases[1]);
    unlock(0, held.getKey());
    assertThat(done(third).getKey()).isEqualTo(clients.get(0).queue("cancel").get(0).getKey());
  }

  @Test
  void aCancelledWaiterWithoutALeaseTakesTheOneThatWasMadeForItAlong() throws Exception {
    LockResponse held = clients.get(0).lock().lock(request("own", 0));
    ListenableFuture<LockResponse> second = lockLater(1, "own", 0, 2);
    long made = clients.get(0).queue("own").get(1).getLease();
    assertThat(clients.get(0).leases()).contains(made);
    second.cancel(true);
    cluster.await(() -> !clients.get(0).leases().contains(made));
    assertThat(clients.get(0).queue("own"))
        .singleElement()
        .satisfies(kv -> assertThat(kv.getKey()).isEqualTo(held.getKey()));
  }

  @Test
  void aWaiterWhoseDeadlinePassesLeavesNothingBehind() throws Exception {
    var unused = clients.get(0).lock().lock(request("deadline", clients.get(0).grant(60)));
    refuses(
        () ->
            clients
                .get(1)
                .lock()
                .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
                .lock(request("deadline", clients.get(1).grant(60))),
        Status.Code.DEADLINE_EXCEEDED,
        "");
    awaitQueue("deadline", 1);
  }

  @Test
  void aWaiterWhoseLeaseEndsIsToldBeforeItsTurn() throws Exception {
    var unused = clients.get(0).lock().lock(request("lost", clients.get(0).grant(60)));
    long lease = clients.get(1).grant(60);
    ListenableFuture<LockResponse> waiting = lockLater(1, "lost", lease, 2);
    clients.get(2).revoke(lease);
    refuses(() -> done(waiting), Status.Code.UNKNOWN, KvError.LOCK_LOST.text());
    assertThat(clients.get(0).queue("lost")).hasSize(1);
  }

  @Test
  void aLeaseThatIsGoneGetsNoLock() {
    refuses(
        () -> clients.get(0).lock().lock(request("gone", 12345)),
        Status.Code.NOT_FOUND,
        KvError.LEASE_NOT_FOUND.text());
    assertThat(clients.get(0).queue("gone")).isEmpty();
  }

  @Test
  void unlockingDeletesAKeyWhateverItIs() {
    unlock(0, ByteString.copyFromUtf8("no/such/key"));
    refuses(
        () -> unlock(0, ByteString.EMPTY), Status.Code.INVALID_ARGUMENT, KvError.EMPTY_KEY.text());
  }

  /** Begins to wait, and sees to it that the queue is as long as this afterwards. */
  private ListenableFuture<LockResponse> lockLater(
      int member, String name, long lease, int queueLength) {
    ListenableFuture<LockResponse> waiting =
        clients.get(member).lockLater().lock(request(name, lease));
    awaitQueue(name, queueLength);
    return waiting;
  }

  private void awaitQueue(String name, int length) {
    cluster.await(() -> clients.get(0).queue(name).size() == length);
  }

  private void unlock(int member, ByteString key) {
    assertThat(
            clients
                .get(member)
                .lock()
                .unlock(UnlockRequest.newBuilder().setKey(key).build())
                .getHeader()
                .getRevision())
        .isPositive();
  }

  private static LockRequest request(String name, long lease) {
    return LockRequest.newBuilder().setName(ByteString.copyFromUtf8(name)).setLease(lease).build();
  }

  private static void refuses(ThrowingCallable call, Status.Code code, String text) {
    assertThatThrownBy(call)
        .satisfies(
            failure -> {
              Throwable cause =
                  failure instanceof ExecutionException ? failure.getCause() : failure;
              Status status = Status.fromThrowable(cause);
              assertThat(status.getCode()).isEqualTo(code);
              assertThat(String.valueOf(status.getDescription())).contains(text);
            });
  }

  private static LockResponse done(ListenableFuture<LockResponse> locking) throws Exception {
    return locking.get(30, TimeUnit.SECONDS);
  }
}
