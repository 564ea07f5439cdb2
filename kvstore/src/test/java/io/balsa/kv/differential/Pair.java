package io.balsa.kv.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.LeaseLeasesRequest;
import io.balsa.kv.proto.LeaseLeasesResponse;
import io.balsa.kv.proto.LeaseRevokeRequest;
import io.balsa.kv.proto.LeaseStatus;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Both servers and what is known of the state that they share: sends them the same operation and compares. Watches answer
 * when they like; so before whatever depends on how far they are, both are waited for. One thread.
 */
final class Pair implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration LITTLE_PATIENCE = Duration.ofSeconds(2);

  /** A watch that is refused, and has an id all the same at etcd 3.4; nothing else uses it. */
  private static final long REFUSED_ID = 12_345;

  private static final int STEPS_BETWEEN_SETTLEMENTS = 100;
  private static final int STEPS_PER_STREAM = 300;
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);
  private static final ByteString PROBE_KEY = ByteString.copyFromUtf8("probe");

  private final Object news = new Object();
  private final Client etcd;
  private final Client balsa;
  private final Map<KnownDifference, Integer> met = new EnumMap<>(KnownDifference.class);
  private final List<Map<Long, Long>> activeWatches =
      Stream.generate(HashMap<Long, Long>::new)
          .limit(Client.STREAMS)
          .map(m -> (Map<Long, Long>) m)
          .toList();
  private final Map<String, Integer> reached = new TreeMap<>();
  private long newest = 1;
  private long compacted = -1;
  private long probes = WatchTranscript.FIRST_PROBE;
  private boolean unsettled;

  /** Whether etcd holds ids of watches that are gone: with new streams, both have the same to give. */
  private boolean idsLost;

  private Duration patience = PATIENCE;

  Pair(ServerProcess etcd, ServerProcess balsa) {
    this.etcd = new Client(etcd.port(), news);
    this.balsa = new Client(balsa.port(), news);
  }

  /** What was compared and found alike, in words, and how often: what a run reached. */
  Map<String, Integer> reached() {
    return reached;
  }

  /** How often each known difference was met. */
  Map<KnownDifference, Integer> met() {
    return met;
  }

  /** From now on, a server that says nothing is waited for as long as it takes, or not for long. */
  void bePatient(boolean patient) {
    patience = patient ? PATIENCE : LITTLE_PATIENCE;
  }

  /** Runs them in order, to the first difference that nobody knows. */
  Optional<Difference> run(List<Operation> operations) {
    for (int step = 0; step < operations.size(); step++) {
      Optional<Difference> difference = step(step, operations.get(step));
      if (difference.isEmpty()
          && step % STEPS_BETWEEN_SETTLEMENTS == STEPS_BETWEEN_SETTLEMENTS - 1) {
        difference = settle(step);
      }
      boolean renew = idsLost || step % STEPS_PER_STREAM == STEPS_PER_STREAM - 1;
      if (difference.isEmpty() && renew) {
        difference = settle(step);
        openStreams();
      }
      if (difference.isPresent()) {
        return difference;
      }
    }
    return settle(operations.size());
  }

  private Optional<Difference> step(int step, Operation operation) {
    if (operation.call() == Call.WATCH) {
      return watch(step, operation);
    }
    if (operation.call() == Call.COMPACT
        && (unsettled || activeWatches.stream().anyMatch(watches -> !watches.isEmpty()))) {
      unsettled = true; // What is still on its way to a watch mustn't be taken for compacted.
      Optional<Difference> difference = settle(step);
      if (difference.isPresent()) {
        return difference;
      }
    }
    return ask(step, operation);
  }

  private Optional<Difference> ask(int step, Operation operation) {
    Answer ofEtcd = etcd.ask(operation, newest, compacted);
    Answer ofBalsa = balsa.ask(operation, newest, compacted);
    if (operation.call() == Call.COMPACT && ofEtcd.isOk()) {
      CompactionRequest resolved =
          (CompactionRequest) Symbols.resolve(operation.request(), newest, compacted, Map.of());
      compacted = resolved.getRevision();
    }
    newest = Math.max(newest, revision(ofEtcd.body()));
    Answer etcds = Alike.make(ofEtcd, ofBalsa);
    Answer balsas = Alike.make(ofBalsa, ofBalsa);
    if (etcds.equals(balsas)) {
      reached.merge(
          operation.call() + (etcds.isOk() ? " answered" : " refused: " + etcds.text()),
          1,
          Integer::sum);
      return Optional.empty();
    }
    return knownOr(
        KnownDifference.find(operation, etcds, balsas),
        new Difference(step, operation.toString(), etcds.toString(), balsas.toString()));
  }

  private Optional<Difference> knownOr(Optional<KnownDifference> known, Difference difference) {
    known.ifPresent(one -> met.merge(one, 1, Integer::sum));
    return known.isPresent() ? Optional.empty() : Optional.of(difference);
  }

  private static long revision(Message response) {
    FieldDescriptor header = response.getDescriptorForType().findFieldByName("header");
    return ((ResponseHeader) response.getField(header)).getRevision();
  }

  // ---- watches ----

  private Optional<Difference> watch(int step, Operation operation) {
    WatchRequest request = (WatchRequest) operation.request();
    return switch (request.getRequestUnionCase()) {
      case CREATE_REQUEST -> create(step, operation);
      case CANCEL_REQUEST -> cancel(step, operation);
      case PROGRESS_REQUEST -> {
        Optional<Difference> difference = settle(step);
        if (difference.isEmpty()) {
          difference = progress(step, operation);
        }
        yield difference;
      }
      case REQUESTUNION_NOT_SET -> {
        send(operation);
        yield Optional.empty();
      }
    };
  }

  private Optional<Difference> cancel(int step, Operation operation) {
    Optional<Difference> difference = settle(step);
    if (difference.isPresent()) {
      return difference;
    }
    long id = ((WatchRequest) operation.request()).getCancelRequest().getWatchId();
    boolean known = activeWatches.get(operation.stream()).containsKey(id);
    send(operation);
    unsettled = true;
    if (known) {
      // Before anything else is put: the answer tells the revision of when it was given.
      difference =
          await(
              step,
              operation.toString(),
              () ->
                  etcd.transcript(operation.stream()).heard().containsKey(id)
                      && balsa.transcript(operation.stream()).heard().containsKey(id));
    }
    return difference.isPresent() ? difference : settle(step);
  }

  private Optional<Difference> create(int step, Operation operation) {
    WatchRequest resolved =
        (WatchRequest) Symbols.resolve(operation.request(), newest, compacted, Map.of());
    long start = resolved.getCreateRequest().getStartRevision();
    return start < 0
        ? createBeforeTheBeginning(step, operation, resolved)
        : create(step, operation, start);
  }

  /** etcd 3.4 creates this one and cancels it a little later; we refuse it at once, as newer etcds do. */
  private Optional<Difference> createBeforeTheBeginning(
      int step, Operation operation, WatchRequest resolved) {
    Optional<Difference> difference = settle(step);
    if (difference.isPresent()) {
      return difference;
    }
    openStreams();
    int stream = operation.stream();
    WatchRequest.Builder identified = resolved.toBuilder();
    identified.getCreateRequestBuilder().setWatchId(REFUSED_ID);
    for (Client client : List.of(etcd, balsa)) {
      client.watch(stream, identified.build(), newest, compacted);
    }
    difference =
        await(
            step,
            operation.toString(),
            () ->
                !etcd.transcript(stream).created().isEmpty()
                    && KnownDifference.isRefusedAtOnce(balsa.transcript(stream).heard()));
    if (difference.isEmpty()) {
      met.merge(KnownDifference.WATCH_BEFORE_THE_BEGINNING, 1, Integer::sum);
      openStreams();
    }
    return difference;
  }

  private Optional<Difference> create(int step, Operation operation, long start) {
    WatchTranscript etcds = etcd.transcript(operation.stream());
    WatchTranscript balsas = balsa.transcript(operation.stream());
    int before = etcds.created().size();
    send(operation);
    unsettled = true;
    Optional<Difference> difference =
        await(
            step,
            operation.toString(),
            () -> etcds.created().size() > before && balsas.created().size() > before);
    if (difference.isPresent()) {
      return difference;
    }
    activeWatches.get(operation.stream()).put(etcds.created().get(before), start);
    // etcd takes its time to find that its history is gone; until then the id is taken.
    return start > 0 && start < compacted ? settle(step) : Optional.empty();
  }

  private void send(Operation operation) {
    WatchRequest request = (WatchRequest) operation.request();
    etcd.watch(operation.stream(), request, newest, compacted);
    balsa.watch(operation.stream(), request, newest, compacted);
  }

  /** A stream without watches, or with one of the future, has no progress to tell: etcd 3.4 doesn't know that yet. */
  private Optional<Difference> progress(int step, Operation operation) {
    Map<Long, Long> active = activeWatches.get(operation.stream());
    boolean silent = active.isEmpty() || active.values().stream().anyMatch(start -> start > newest);
    if (silent) {
      met.merge(KnownDifference.PROGRESS_OF_NOTHING, 1, Integer::sum);
      balsa.watch(operation.stream(), (WatchRequest) operation.request(), newest, compacted);
      return Optional.empty();
    }
    send(operation);
    return await(
        step,
        operation.toString(),
        () ->
            etcd.transcript(operation.stream()).heard().containsKey(-1L)
                && balsa.transcript(operation.stream()).heard().containsKey(-1L));
  }

  /** Waits until both have said all that they have to say, and compares it. */
  private Optional<Difference> settle(int step) {
    if (unsettled) {
      ask(step, new Operation(Call.PUT, PutRequest.newBuilder().setKey(PROBE_KEY).build()))
          .ifPresent(
              difference -> {
                throw new AssertionError("a simple put differs: " + difference);
              });
    }
    for (int stream = 0; stream < Client.STREAMS; stream++) {
      Optional<Difference> difference = unsettled ? probe(step, stream) : Optional.empty();
      if (difference.isEmpty()) {
        difference = compare(step, stream);
      }
      if (difference.isPresent()) {
        return difference;
      }
    }
    unsettled = false;
    return Optional.empty();
  }

  /** A watch of the last put: when it has had its event, so have all others that were created before. */
  private Optional<Difference> probe(int step, int stream) {
    long id = ++probes;
    WatchRequest probe =
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(PROBE_KEY)
                    .setStartRevision(newest)
                    .setWatchId(id))
            .build();
    for (Client client : List.of(etcd, balsa)) {
      client.watch(stream, probe, newest, compacted);
    }
    Optional<Difference> difference =
        await(
            step,
            "a watch of the last revision on stream " + stream,
            () ->
                etcd.transcript(stream).hasReached(id) && balsa.transcript(stream).hasReached(id));
    for (Client client : List.of(etcd, balsa)) {
      client.cancelWatch(stream, id);
    }
    return difference;
  }

  private Optional<Difference> compare(int step, int stream) {
    WatchTranscript etcds = etcd.transcript(stream);
    WatchTranscript balsas = balsa.transcript(stream);
    Optional<Difference> difference =
        await(
            step,
            "stream " + stream,
            () -> KnownDifference.alike(etcds.heard(), balsas.heard(), compacted));
    if (difference.isPresent()) {
      return difference;
    }
    if (!etcds.heard().equals(balsas.heard())) {
      met.merge(KnownDifference.DELETE_AT_THE_COMPACTED_REVISION, 1, Integer::sum);
    }
    if (!balsas.broken().isEmpty() || !etcds.broken().isEmpty()) {
      return Optional.of(
          new Difference(
              step, "stream " + stream, etcds.broken().toString(), balsas.broken().toString()));
    }
    etcds.heard().forEach((id, items) -> items.forEach(item -> track(stream, id, item)));
    etcds.forget();
    balsas.forget();
    return Optional.empty();
  }

  private static String kindOf(Message item) {
    if (item instanceof Event event) {
      return (event.hasPrevKv() ? "event with a previous value: " : "event: ") + event.getType();
    }
    WatchResponse response = (WatchResponse) item;
    if (response.getCanceled()) {
      return response.getCreated()
          ? "refused: " + response.getCancelReason()
          : response.getCompactRevision() > 0 ? "overtaken by compaction" : "canceled";
    }
    return response.getCreated() ? "created" : "progress";
  }

  private void track(int stream, long id, Message item) {
    reached.merge("WATCH " + kindOf(item), 1, Integer::sum);
    if (item instanceof WatchResponse response && response.getCanceled()) {
      activeWatches.get(stream).remove(id);
      if (response.getCompactRevision() > 0) {
        met.merge(KnownDifference.ID_AFTER_COMPACTION, 1, Integer::sum);
        idsLost = true;
      }
    }
  }

  private Optional<Difference> await(int step, String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    synchronized (news) {
      while (!condition.getAsBoolean()) {
        if (System.nanoTime() > deadline) {
          return Optional.of(new Difference(step, what, heard(etcd), heard(balsa)));
        }
        try {
          news.wait(100);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new AssertionError("interrupted", e);
        }
      }
    }
    return Optional.empty();
  }

  private static String heard(Client client) {
    StringBuilder text = new StringBuilder();
    for (int stream = 0; stream < Client.STREAMS; stream++) {
      int of = stream;
      client
          .transcript(stream)
          .heard()
          .forEach(
              (id, items) ->
                  items.forEach(
                      item ->
                          text.append("\n    stream %d, watch %d: ".formatted(of, id))
                              .append(Operation.text(item))));
      client.transcript(stream).broken().forEach(one -> text.append("\n    ").append(one));
    }
    return text.toString();
  }

  private void openStreams() {
    etcd.openStreams();
    balsa.openStreams();
    activeWatches.forEach(Map::clear);
    unsettled = false;
    idsLost = false;
  }

  /** An empty store again, but for its revision: what was compared before doesn't matter. */
  void clear() {
    openStreams();
    Operation list = new Operation(Call.LEASE_LEASES, LeaseLeasesRequest.getDefaultInstance());
    for (Client client : List.of(etcd, balsa)) {
      LeaseLeasesResponse leases = (LeaseLeasesResponse) client.ask(list, newest, compacted).body();
      for (LeaseStatus lease : leases.getLeasesList()) {
        client.ask(
            new Operation(
                Call.LEASE_REVOKE, LeaseRevokeRequest.newBuilder().setID(lease.getID()).build()),
            newest,
            compacted);
      }
    }
    Operation delete =
        new Operation(
            Call.DELETE_RANGE,
            DeleteRangeRequest.newBuilder().setKey(ZERO).setRangeEnd(ZERO).build());
    for (Client client : List.of(etcd, balsa)) {
      newest = Math.max(newest, revision(client.ask(delete, newest, compacted).body()));
    }
    // The two may have parted: the one that is behind catches up.
    levelRevisions();
    ask(0, new Operation(Call.COMPACT, CompactionRequest.newBuilder().setRevision(newest).build()));
  }

  private void levelRevisions() {
    Operation put = new Operation(Call.PUT, PutRequest.newBuilder().setKey(PROBE_KEY).build());
    newest++;
    for (Client client : List.of(etcd, balsa)) {
      while (revision(client.ask(put, newest, compacted).body()) < newest) {}
    }
  }

  @Override
  public void close() {
    etcd.close();
    balsa.close();
  }
}
