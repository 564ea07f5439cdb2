package io.balsa.kv.watch;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.model.KeyRange;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.kv.state.ApplyListener;
import io.balsa.kv.state.EventSource;
import io.balsa.kv.state.HistoryBatch;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.kv.state.RevisionEvents;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.SnapshotMeta;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Two members with the real state machine: the leader applies everything, ours applies it or is
 * sent a snapshot.
 */
final class StateWorld implements World {
  private static final KvStateConfig CONFIG =
      KvStateConfig.DEFAULT.withoutBackgroundCompaction().withCompactionBatch(50);

  private final KvStateMachine leader = KvStateMachine.inMemory(CONFIG);
  private final KvStateMachine ours = KvStateMachine.inMemory(CONFIG);
  private final List<RevisionEvents> history = new ArrayList<>();
  private final Set<Long> compactions = new HashSet<>();

  /** Entries that ours hasn't applied yet. */
  private final List<Entry> waiting = new ArrayList<>();

  private long index;

  StateWorld() {
    leader.setListener(
        new ApplyListener() {
          @Override
          public void onApplied(List<RevisionEvents> revisions, long revision) {
            revisions.forEach(events -> history.add(events.withPrev() ? events : whole(events)));
          }
        });
  }

  /** Nothing is compacted yet that came with it. */
  private RevisionEvents whole(RevisionEvents events) {
    HistoryBatch read = leader.events().read(events.revision(), KeyRange.ALL, true, 1, 1);
    return read.revisions().get(0);
  }

  @Override
  public EventSource source() {
    return ours.events();
  }

  @Override
  public void write(Map<String, Optional<String>> changes) {
    append(KvCommand.newBuilder().setTxn(txn(changes)));
  }

  private void append(KvCommand.Builder command) {
    EntryId id = new EntryId(1, ++index);
    Entry entry = Entry.command(id, CommandCodec.encode(command));
    var unused = leader.applyAll(List.of(entry), id);
    waiting.add(entry);
  }

  private static TxnRequest txn(Map<String, Optional<String>> changes) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    changes.forEach(
        (key, value) -> {
          ByteString bytes = ByteString.copyFromUtf8(key);
          if (value.isPresent()) {
            txn.addSuccessBuilder()
                .setRequestPut(
                    PutRequest.newBuilder()
                        .setKey(bytes)
                        .setValue(ByteString.copyFromUtf8(value.get())));
          } else {
            txn.addSuccessBuilder()
                .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(bytes));
          }
        });
    return txn.build();
  }

  @Override
  public void feed(WatchHub hub) {
    ours.setListener(hub);
    if (!waiting.isEmpty()) {
      var unused = ours.applyAll(List.copyOf(waiting), waiting.get(waiting.size() - 1).id());
      waiting.clear();
    }
  }

  @Override
  public void restore(List<Map<String, Optional<String>>> changes, WatchHub hub) {
    ours.setListener(hub);
    changes.forEach(this::write);
    waiting.clear();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var snapshot = leader.capture()) {
      snapshot.writeTo(new DataOutputStream(bytes));
      ours.restore(
          new SnapshotMeta(leader.lastApplied(), SnapshotMeta.NONE.membership()),
          new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The leader may be ahead of ours: then ours learns of the compaction later. */
  @Override
  public void compact(long revision) {
    compactions.add(revision);
    append(
        KvCommand.newBuilder().setCompaction(CompactionRequest.newBuilder().setRevision(revision)));
    while (ours.compactStep()) {
      var unused = leader.compactStep();
    }
  }

  @Override
  public Set<Long> compactions() {
    return compactions;
  }

  @Override
  public List<RevisionEvents> history() {
    return List.copyOf(history);
  }

  @Override
  public void close() {
    leader.close();
    ours.close();
  }
}
