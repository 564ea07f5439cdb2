package io.balsa.raft.session;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.Snapshot;
import io.balsa.raft.spi.StateMachine;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down every command; a command results in its place and itself. Nothing else would show so well what came twice. */
final class Journal implements StateMachine<String> {
  private final List<String> lines = new CopyOnWriteArrayList<>();

  List<String> lines() {
    return new ArrayList<>(lines);
  }

  @Override
  public String apply(EntryId id, Bytes command) {
    lines.add(command.toUtf8());
    return lines.size() + ":" + command.toUtf8();
  }

  @Override
  public Snapshot capture() {
    List<String> captured = lines();
    return sink -> {
      sink.writeInt(captured.size());
      for (String line : captured) {
        sink.writeUTF(line);
      }
    };
  }

  @Override
  public void restore(SnapshotMeta meta, DataInputStream snapshot) throws IOException {
    lines.clear();
    for (int i = snapshot.readInt(); i > 0; i--) {
      lines.add(snapshot.readUTF());
    }
  }
}
