package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.Snapshot;
import io.balsa.raft.spi.StateMachine;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** The default subject: a few registers. A command writes its number to one, and results in what was there before. */
public final class RegisterMap implements StateMachine<Long> {
  /** Writes and reads of five registers. */
  public static final SimSubject<RegisterMap> SUBJECT = new Subject();

  private static final int REGISTERS = 5;

  private final SortedMap<Byte, Long> registers = new TreeMap<>();

  /** Which register a command writes to. */
  static byte register(Bytes command) {
    return command.byteAt(0);
  }

  /** What it writes there. */
  static long value(Bytes command) {
    return command.getLong(1);
  }

  /** Which register the read of that number looks at. */
  static byte registerOfRead(long number) {
    return (byte) (number % REGISTERS);
  }

  @Override
  public Long apply(EntryId id, Bytes command) {
    Long before = registers.put(register(command), value(command));
    return before == null ? 0L : before;
  }

  @Override
  public Snapshot capture() {
    SortedMap<Byte, Long> captured = new TreeMap<>(registers);
    return sink -> {
      sink.writeInt(captured.size());
      for (var register : captured.entrySet()) {
        sink.writeByte(register.getKey());
        sink.writeLong(register.getValue());
      }
    };
  }

  @Override
  public void restore(SnapshotMeta meta, DataInputStream snapshot) throws IOException {
    registers.clear();
    int size = snapshot.readInt();
    for (int i = 0; i < size; i++) {
      byte key = snapshot.readByte();
      registers.put(key, snapshot.readLong());
    }
  }

  private static final class Subject implements SimSubject<RegisterMap> {
    @Override
    public RegisterMap create() {
      return new RegisterMap();
    }

    @Override
    public Bytes command(SplittableRandom random, long number) {
      byte[] command = new byte[1 + Long.BYTES];
      command[0] = (byte) random.nextInt(REGISTERS);
      Bytes.ofLong(number).copyTo(command, 1);
      return Bytes.wrap(command);
    }

    @Override
    public Object observe(RegisterMap registers, long number) {
      return registers.registers.getOrDefault(registerOfRead(number), 0L);
    }
  }
}
