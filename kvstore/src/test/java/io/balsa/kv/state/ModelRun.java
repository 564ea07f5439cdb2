package io.balsa.kv.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.model.KeyRange;
import io.balsa.kv.model.KvException;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Drives a state machine and the model side by side and compares whatever can be seen of them. */
final class ModelRun implements ApplyListener {
  final KvModel model = new KvModel();
  final RandomCommands random;

  /** The log so far, and what each command came to. */
  final List<Entry> log = new ArrayList<>();

  final List<Object> outcomes = new ArrayList<>();
  private final TreeMap<Long, List<Event>> announced = new TreeMap<>();
  private KvStateMachine machine;
  private long term = 5;

  ModelRun(long seed, KvStateMachine machine) {
    this.random = new RandomCommands(seed);
    this.machine = machine;
    machine.setListener(this);
  }

  @Override
  public void onApplied(List<RevisionEvents> revisions, long revision) {
    assertThat(machine.events().currentRevision()).isEqualTo(revision);
    for (RevisionEvents events : revisions) {
      List<Event> told = events.withPrev() ? events.events() : withLargeValues(events);
      assertThat(announced.put(events.revision(), told)).isNull();
    }
    assertThat(announced.lastKey()).isEqualTo(revision);
  }

  /** With the large values that were replaced, which nobody is told of: all else must be there. */
  private List<Event> withLargeValues(RevisionEvents events) {
    List<Event> expected = model.history.getOrDefault(events.revision(), List.of());
    List<Event> whole = new ArrayList<>();
    for (Event told : events.events()) {
      Event modelled = expected.get(whole.size());
      ByteString replaced = modelled.getPrevKv().getValue();
      boolean leftOut = !told.hasPrevKv() && replaced.size() > VersionRow.SMALL_VALUE_BYTES_MAX;
      whole.add(leftOut ? told.toBuilder().setPrevKv(modelled.getPrevKv()).build() : told);
    }
    assertThat(whole).as("something is left out").isNotEqualTo(events.events());
    return whole;
  }

  /** Goes on with another machine that has applied the same log. */
  void continueWith(KvStateMachine other) {
    machine = other;
    machine.setListener(this);
  }

  void applyBatch() {
    List<Entry> batch = new ArrayList<>();
    int from = log.size();
    for (int i = random.below(8); i >= 0; i--) {
      batch.add(nextEntry());
    }
    List<KvResult> results = machine.applyAll(batch, log.get(log.size() - 1).id());
    for (int i = 0; i < results.size(); i++) {
      assertThat(plain(results.get(i)))
          .as("result of %s", CommandCodec.decode(batch.get(i).payload()))
          .isEqualTo(outcomes.get(from + i));
    }
    assertThat(announced).isEqualTo(model.history);
    assertThat(machine.lastApplied()).isEqualTo(log.get(log.size() - 1).id());
  }

  private Entry nextEntry() {
    term += random.below(20) == 0 ? 1 : 0;
    KvCommand.Builder command = random.command(model.revision, model.compacted, term);
    Bytes encoded = CommandCodec.encode(command);
    outcomes.add(model.apply(command.build(), term));
    Entry entry = Entry.command(new EntryId(term, log.size() + 1), encoded);
    log.add(entry);
    return entry;
  }

  static Object plain(KvResult result) {
    return result.accept(
        new KvResult.Visitor<Object>() {
          @Override
          public Object onOk(KvResult.Ok ok) {
            return ok.response();
          }

          @Override
          public Object onFailed(KvResult.Failed failed) {
            return failed.error();
          }
        });
  }

  void compareReads() {
    try (ReadView view = machine.view()) {
      assertThat(view.currentRevision()).isEqualTo(model.revision);
      assertThat(view.compactedRevision()).isEqualTo(model.compacted);
      for (int i = 0; i < 8; i++) {
        RangeRequest request = random.range(model.revision);
        assertThat(answer(view, request)).as("%s", request).isEqualTo(model.range(request));
      }
    }
  }

  private static Object answer(ReadView view, RangeRequest request) {
    try {
      return view.range(request);
    } catch (KvException e) {
      return e.error();
    }
  }

  void compareLeases() {
    assertThat(machine.leases().all()).containsExactlyElementsOf(model.leases.values());
    for (long lease : model.leases.keySet()) {
      assertThat(machine.leases().keys(lease)).containsExactlyElementsOf(model.keysOf(lease));
      assertThat(machine.leases().lookup(lease)).contains(model.leases.get(lease));
    }
  }

  void compareHistory() {
    ByteString key = random.key();
    ByteString end = random.end();
    long from = Math.max(1, model.revision - random.below(60));
    KeyRange range = new KeyRange(bytes(key), bytes(end));
    if (from < model.compacted) {
      long tooOld = from;
      assertThatExceptionOfType(HistoryCompactedException.class)
          .isThrownBy(() -> machine.events().read(tooOld, range, true, 1, 1))
          .matches(e -> e.compactedRevision() == model.compacted);
      from = model.compacted;
    }
    TreeMap<Long, List<Event>> read = new TreeMap<>();
    long next = from;
    while (next <= model.revision) {
      HistoryBatch batch = machine.events().read(next, range, true, 1 + random.below(4), 60);
      for (RevisionEvents events : batch.revisions()) {
        assertThat(events.revision()).isGreaterThanOrEqualTo(next).isLessThan(batch.nextRevision());
        read.put(events.revision(), events.events());
      }
      assertThat(batch.nextRevision()).isGreaterThan(next);
      next = batch.nextRevision();
    }
    assertThat(read).as("from %d %s", from, range).isEqualTo(model.historyFrom(from, key, end));
  }

  private static Bytes bytes(ByteString string) {
    return Bytes.wrap(string.toByteArray());
  }
}
