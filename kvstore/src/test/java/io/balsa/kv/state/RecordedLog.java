package io.balsa.kv.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import java.util.ArrayList;
import java.util.List;

/** A log drawn from a seed, and what the model says that each of its commands comes to. */
final class RecordedLog {
  final KvModel model = new KvModel();
  private final List<Entry> entries = new ArrayList<>();
  private final List<Object> outcomes = new ArrayList<>();

  RecordedLog(long seed, int commands) {
    RandomCommands random = new RandomCommands(seed);
    long term = 1;
    for (int i = 1; i <= commands; i++) {
      term += random.below(50) == 0 ? 1 : 0;
      KvCommand.Builder command = random.command(model.revision, model.compacted, term);
      Bytes encoded = CommandCodec.encode(command);
      outcomes.add(model.apply(command.build(), term));
      entries.add(Entry.command(new EntryId(term, i), encoded));
    }
  }

  int size() {
    return entries.size();
  }

  Entry entry(long index) {
    return entries.get((int) index - 1);
  }

  /** Applies a run after what the machine has applied, at most through {@code throughIndex}, and checks each result. */
  void applyRun(KvStateMachine machine, int runMax, long throughIndex) {
    int from = (int) machine.lastApplied().index();
    int to = (int) Math.min(Math.min(from + runMax, throughIndex), size());
    List<KvResult> results = machine.applyAll(entries.subList(from, to), entry(to).id());
    for (int i = from; i < to; i++) {
      assertThat(ModelRun.plain(results.get(i - from)))
          .as("result of entry %s", entries.get(i).id())
          .isEqualTo(outcomes.get(i));
    }
  }

  void applyAllThrough(KvStateMachine machine, int runMax, long throughIndex) {
    while (machine.lastApplied().index() < Math.min(throughIndex, size())) {
      applyRun(machine, runMax, throughIndex);
    }
  }
}
