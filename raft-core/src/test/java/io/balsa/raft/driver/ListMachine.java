package io.balsa.raft.driver;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.DurableStateMachine;
import io.balsa.raft.spi.Snapshot;
import io.balsa.raft.spi.StateMachine;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Remembers every command; a command results in its number and text. Checks that the calls make sense. */
class ListMachine implements StateMachine<String> {
  private final List<String> commands = new ArrayList<>();
  private EntryId last = EntryId.ZERO;
  private int restores;

  /** From now on every command fails. */
  volatile boolean broken;

  @Override
  public String apply(EntryId id, Bytes command) {
    throw new AssertionError("commands come in runs");
  }

  @Override
  public synchronized List<String> applyAll(List<Entry> run, EntryId through) {
    if (broken && !run.isEmpty()) {
      throw new IllegalStateException("broken by the test");
    }
    if (through.index() <= last.index()) {
      throw new AssertionError(through + " was applied before: " + last);
    }
    List<String> results = new ArrayList<>();
    for (Entry entry : run) {
      commands.add(entry.payload().toUtf8());
      results.add(commands.size() + ":" + entry.payload().toUtf8());
    }
    last = through;
    return results;
  }

  @Override
  public synchronized Snapshot capture() {
    List<String> captured = List.copyOf(commands);
    return sink -> {
      sink.writeInt(captured.size());
      for (String command : captured) {
        sink.writeUTF(command);
      }
    };
  }

  @Override
  public synchronized void restore(SnapshotMeta meta, DataInputStream snapshot) throws IOException {
    commands.clear();
    int count = snapshot.readInt();
    for (int i = 0; i < count; i++) {
      commands.add(snapshot.readUTF());
    }
    if (snapshot.read() >= 0) {
      throw new IOException("bytes follow the snapshot");
    }
    last = meta.last();
    restores++;
  }

  synchronized List<String> commands() {
    return List.copyOf(commands);
  }

  synchronized EntryId last() {
    return last;
  }

  synchronized int restores() {
    return restores;
  }

  /** The same, on a disk of its own: what was flushed outlives a restart. */
  static final class Durable extends ListMachine implements DurableStateMachine<String> {
    @Override
    public EntryId lastApplied() {
      return last();
    }

    @Override
    public EntryId flush() {
      return last();
    }
  }
}
