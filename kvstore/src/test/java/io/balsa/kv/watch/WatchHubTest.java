package io.balsa.kv.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.WatchCancelRequest;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchProgressRequest;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import io.balsa.kv.state.RevisionEvents;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What one watcher is sent, rule by rule. The hub's thread is the test's. */
class WatchHubTest {
  private final FakeHistory history = new FakeHistory();
  private final RecordingSink sink = new RecordingSink();
  private long now;
  private long nanosPerRead;
  private boolean hasLeader = true;
  private WatchHub hub = hub(WatchConfig.DEFAULT);
  private WatchStream stream = open(sink, false);

  private WatchHub hub(WatchConfig config) {
    return new WatchHub(
        history,
        config,
        revision -> ResponseHeader.newBuilder().setRevision(revision).build(),
        () -> hasLeader,
        () -> now + history.reads() * nanosPerRead);
  }

  private WatchStream open(WatchSink opened, boolean leaderRequired) {
    WatchStream created = hub.newStream(opened, leaderRequired);
    created.open();
    settle();
    return created;
  }

  private void settle() {
    try {
      while (hub.step(0)) {
        // The hub says when it is done.
        assertThat(hub.core().position()).isGreaterThanOrEqualTo(1);
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts a test", e);
    }
  }

  private void write(RevisionEvents written) {
    hub.onApplied(List.of(written), written.revision());
    settle();
  }

  private void create(String key, UnaryOperator<WatchCreateRequest.Builder> more) {
    WatchCreateRequest.Builder request =
        more.apply(WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)));
    ask(WatchRequest.newBuilder().setCreateRequest(request).build());
  }

  private void ask(WatchRequest request) {
    stream.onRequest(request);
    settle();
  }

  private void requestProgress() {
    ask(
        WatchRequest.newBuilder()
            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
            .build());
  }

  private WatchResponse last() {
    return sink.responses.get(sink.responses.size() - 1);
  }

  @Test
  void aWatchFromNowBeginsAfterTheRevisionThatCreatedSays() {
    history.put("a", "1");
    history.put("a", "2");
    create("a", request -> request);
    assertThat(last().getCreated()).isTrue();
    assertThat(last().getHeader().getRevision()).isEqualTo(3);
    write(history.put("a", "3"));
    assertThat(sink.responses).hasSize(2);
    assertThat(last().getEvents(0).getKv().getModRevision()).isEqualTo(4);
    assertThat(last().getHeader().getRevision()).isEqualTo(4);
  }

  @Test
  void aRevisionThatWasVisibleBeforeTheWatchIsNotSentThoughTheHubHearsOfItLater() {
    RevisionEvents early = history.put("a", "1");
    create("a", request -> request);
    write(early);
    assertThat(sink.responses).hasSize(1);
  }

  @Test
  void aWatchOfTheFutureIsSilentUntilThen() {
    create("a", request -> request.setStartRevision(4).setProgressNotify(true));
    write(history.put("a", "2"));
    write(history.put("a", "3"));
    now += Duration.ofMinutes(11).toNanos();
    settle();
    requestProgress();
    assertThat(sink.responses).hasSize(1);
    write(history.put("a", "4"));
    assertThat(last().getEvents(0).getKv().getValue().toStringUtf8()).isEqualTo("4");
  }

  @Test
  void aStartThatWasCompactedIsCreatedAndThenCanceled() {
    for (int i = 0; i < 10; i++) {
      history.put("a", "x");
    }
    history.compact(7);
    create("a", request -> request.setStartRevision(6));
    assertThat(sink.responses).hasSize(2);
    assertThat(sink.responses.get(0).getCreated()).isTrue();
    assertThat(sink.responses.get(0).getCanceled()).isFalse();
    assertThat(last().getCanceled()).isTrue();
    assertThat(last().getCompactRevision()).isEqualTo(7);
    assertThat(last().getCancelReason()).isEmpty();
    assertThat(last().getHeader().getRevision()).isZero();
    create("a", request -> request.setStartRevision(7));
    assertThat(last().getEventsCount()).isEqualTo(5);
  }

  @Test
  void whatCannotBeWatchedIsCreatedAndCanceledAtOnceWithIdMinusOne() {
    create("a", request -> request.setStartRevision(-1));
    assertThat(last().getCancelReason())
        .isEqualTo("etcdserver: mvcc: required revision has been compacted");
    create("b", request -> request.setRangeEnd(ByteString.copyFromUtf8("a")));
    assertThat(last().getCancelReason()).isEqualTo("mvcc: watcher range is empty");
    create("a", request -> request.setWatchId(7));
    create("a", request -> request.setWatchId(7));
    assertThat(last().getCancelReason())
        .isEqualTo("mvcc: duplicate watch ID provided on the WatchStream");
    assertThat(sink.responses)
        .filteredOn(WatchResponse::getCanceled)
        .hasSize(3)
        .allMatch(response -> response.getCreated() && response.getWatchId() == -1);
  }

  @Test
  void idsAreTheLowestThatWereNeverUsed() {
    create("a", request -> request.setWatchId(1));
    create("a", request -> request);
    create("a", request -> request);
    ask(cancel(0));
    create("a", request -> request);
    assertThat(sink.responses)
        .filteredOn(WatchResponse::getCreated)
        .extracting(WatchResponse::getWatchId)
        .containsExactly(1L, 0L, 2L, 3L);
  }

  private static WatchRequest cancel(long id) {
    return WatchRequest.newBuilder()
        .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
        .build();
  }

  @Test
  void aCanceledWatchIsConfirmedOnceAndThenSilent() {
    create("a", request -> request);
    ask(cancel(0));
    ask(cancel(0));
    ask(cancel(99));
    write(history.put("a", "1"));
    assertThat(sink.responses).hasSize(2);
    assertThat(last().getCanceled()).isTrue();
    assertThat(last().getCreated()).isFalse();
    assertThat(sink.pulls).isEqualTo(5);
  }

  @Test
  void closingTheClientsSideEndsEverything() {
    create("a", request -> request);
    stream.onClientDone();
    settle();
    write(history.put("a", "1"));
    assertThat(sink.completed).isTrue();
    assertThat(sink.responses).hasSize(1);
    assertThat(hub.core().watcherCount()).isZero();
  }

  @Test
  void anEmptyKeyWithAnOpenEndIsEverything() {
    create("", request -> request.setRangeEnd(ByteString.copyFrom(new byte[1])));
    write(history.put("\0", "1"));
    write(history.put("zz", "2"));
    assertThat(sink.responses).hasSize(3);
  }

  @Test
  void previousValuesAndFiltersAreAsAskedFor() {
    create("a", request -> request.setPrevKv(true));
    create("a", request -> request.addFilters(WatchCreateRequest.FilterType.NOPUT));
    create("a", request -> request.addFilters(WatchCreateRequest.FilterType.NODELETE));
    write(history.put("a", "1"));
    write(history.write(Map.of("a", Optional.empty())));
    List<WatchResponse> events =
        sink.responses.stream().filter(response -> response.getEventsCount() > 0).toList();
    assertThat(events)
        .extracting(WatchResponse::getWatchId)
        .containsExactlyInAnyOrder(0L, 2L, 0L, 1L);
    Event deleted = events.stream().filter(r -> r.getWatchId() == 0).toList().get(1).getEvents(0);
    assertThat(deleted.getType()).isEqualTo(Event.EventType.DELETE);
    assertThat(deleted.getPrevKv().getValue().toStringUtf8()).isEqualTo("1");
    assertThat(events)
        .filteredOn(response -> response.getWatchId() != 0)
        .allMatch(response -> !response.getEvents(0).hasPrevKv());
  }

  @Test
  void progressIsOnlyToldOnceEverythingBeforeItWasSent() {
    for (int i = 0; i < 2500; i++) {
      history.put("a", "x");
    }
    sink.take(2);
    create("a", request -> request.setStartRevision(1));
    requestProgress();
    assertThat(sink.responses).hasSize(2); // Created, and the first thousand revisions.
    sink.take(Long.MAX_VALUE);
    stream.onReady();
    settle();
    assertThat(last().getWatchId()).isEqualTo(-1);
    assertThat(last().getHeader().getRevision()).isEqualTo(2501);
    assertThat(sink.responses.stream().mapToInt(WatchResponse::getEventsCount).sum())
        .isEqualTo(2500);
  }

  @Test
  void anIdleWatcherIsToldItsProgressAndABusyOneIsNot() {
    create("a", request -> request.setProgressNotify(true));
    create("b", request -> request.setProgressNotify(true));
    create("b", request -> request);
    write(history.put("a", "1"));
    now += Duration.ofMinutes(10).toNanos();
    settle();
    assertThat(sink.responses).hasSize(5);
    assertThat(last().getWatchId()).isEqualTo(1);
    assertThat(last().getEventsCount()).isZero();
    assertThat(last().getHeader().getRevision()).isEqualTo(2);
  }

  @Test
  void aLargeRevisionIsCutOnlyForThoseWhoAskedForFragments() {
    hub = hub(WatchConfig.DEFAULT.withMaxRequestBytes(1024));
    stream = open(sink, false);
    create("k", request -> request.setRangeEnd(ByteString.copyFromUtf8("l")).setFragment(true));
    create("k", request -> request.setRangeEnd(ByteString.copyFromUtf8("l")));
    Map<String, Optional<String>> changes = new LinkedHashMap<>();
    IntStream.range(0, 10).forEach(i -> changes.put("k" + i, Optional.of("x".repeat(200 * 1024))));
    write(history.write(changes));
    List<WatchResponse> cut =
        sink.responses.stream().filter(r -> r.getWatchId() == 0 && !r.getCreated()).toList();
    assertThat(cut).hasSizeGreaterThan(3);
    assertThat(cut.subList(0, cut.size() - 1)).allMatch(WatchResponse::getFragment);
    assertThat(cut.get(cut.size() - 1).getFragment()).isFalse();
    assertThat(cut).allMatch(piece -> piece.getSerializedSize() < 513 * 1024);
    assertThat(cut.stream().mapToInt(WatchResponse::getEventsCount).sum()).isEqualTo(10);
    assertThat(sink.responses.stream().filter(r -> r.getWatchId() == 1)).hasSize(2);
  }

  @Test
  void aStreamThatIsNotReadBuffersLittleAndMissesNothing() {
    create("a", request -> request);
    sink.take(0);
    long buffered = 0;
    for (int i = 0; i < 20_000; i++) {
      write(history.put("a", "x".repeat(1000)));
      buffered = Math.max(buffered, stream.outboxBytes());
    }
    assertThat(buffered).isLessThan(WatchConfig.DEFAULT.streamBufferBytesMax() + 2048);
    sink.take(Long.MAX_VALUE);
    stream.onReady();
    settle();
    assertThat(sink.responses.stream().flatMap(r -> r.getEventsList().stream()))
        .extracting(event -> event.getKv().getModRevision())
        .containsExactlyElementsOf(IntStream.range(2, 20_002).mapToObj(i -> (long) i).toList());
  }

  @Test
  void compactionThatOvertakesASlowWatcherCancelsIt() {
    create("a", request -> request);
    sink.take(0);
    for (int i = 0; i < 3000; i++) {
      write(history.put("a", "x".repeat(1000)));
    }
    history.compact(2900);
    sink.take(Long.MAX_VALUE);
    stream.onReady();
    settle();
    assertThat(last().getCanceled()).isTrue();
    assertThat(last().getCompactRevision()).isEqualTo(2900);
  }

  @Test
  void aStreamThatNeedsALeaderEndsWithoutOneAndOthersLive() {
    RecordingSink needy = new RecordingSink();
    WatchStream needing = open(needy, true);
    hasLeader = false;
    now += Duration.ofMillis(2900).toNanos();
    settle();
    assertThat(needy.failure).isNull();
    now += Duration.ofMillis(200).toNanos();
    settle();
    assertThat(needy.failure).isEqualTo(KvError.NO_LEADER);
    assertThat(needing.ended()).isTrue();
    assertThat(sink.failure).isNull();
  }

  @Test
  void whatTheLiveQueueDroppedIsReadFromHistory() throws Exception {
    create("a", request -> request);
    for (int i = 0; i < 100; i++) {
      RevisionEvents written = history.put("a", "x".repeat(1 << 20));
      hub.onApplied(List.of(written), written.revision());
    }
    int before = history.reads();
    settle();
    assertThat(history.reads()).isGreaterThan(before);
    assertThat(sink.responses.stream().flatMap(r -> r.getEventsList().stream()))
        .extracting(event -> event.getKv().getModRevision())
        .containsExactlyElementsOf(IntStream.range(2, 102).mapToObj(i -> (long) i).toList());
  }

  @Test
  void slowHistoryDoesNotKeepTheLiveFeedWaiting() throws Exception {
    history.put("a", "1");
    for (int i = 0; i < 50; i++) {
      stream.onRequest(
          WatchRequest.newBuilder()
              .setCreateRequest(
                  WatchCreateRequest.newBuilder()
                      .setKey(ByteString.copyFromUtf8("a"))
                      .setStartRevision(2))
              .build());
    }
    nanosPerRead = Duration.ofMillis(2).toNanos();
    boolean more = hub.step(0);
    assertThat(more).isTrue();
    assertThat(history.reads()).isEqualTo(3);
    settle();
    assertThat(history.reads()).isEqualTo(50);
    assertThat(sink.responses).hasSize(100);
  }

  @Test
  void aHubThatBreaksEndsEveryStreamAndSaysSo() {
    WatchSink rude = new RudeSink();
    open(rude, false);
    RecordingSink polite = new RecordingSink();
    open(polite, false);
    history.put("a", "1");
    IllegalStateException reason = new IllegalStateException("unreadable");
    history.breakWith(reason);
    stream.onRequest(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("a"))
                    .setStartRevision(2))
            .build());
    hub.start();
    assertThat(hub.stopped())
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableThat()
        .withCause(reason);
    assertThat(sink.failure).isEqualTo(KvError.SERVER_STOPPED);
    assertThat(polite.failure).isEqualTo(KvError.SERVER_STOPPED);
    hub.close();
  }

  @Test
  void aHubThatIsClosedHasNotBroken() {
    hub.start();
    hub.close();
    assertThat(hub.stopped()).succeedsWithin(Duration.ofSeconds(30));
  }

  /** Throws, which a sink mustn't, when it is told that the stream has failed. */
  private static final class RudeSink implements WatchSink {
    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void send(WatchResponse response) {}

    @Override
    public void pullRequest() {}

    @Override
    public void complete() {}

    @Override
    public void fail(KvError error) {
      throw new IllegalStateException("nobody listens");
    }
  }
}
