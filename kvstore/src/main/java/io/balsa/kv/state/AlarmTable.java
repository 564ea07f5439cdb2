package io.balsa.kv.state;

import io.balsa.kv.proto.AlarmType;
import io.balsa.kv.state.Tables.Span;
import io.balsa.kv.state.store.OrderedReader;
import io.balsa.kv.state.store.OrderedReader.Direction;
import io.balsa.kv.state.store.StoreCursor;
import io.balsa.raft.model.StorageException;
import org.jspecify.annotations.Nullable;

/** The alarms as rows, one each. Reads as thread-safe as the rows; writes go through an {@link Overlay}. */
final class AlarmTable {
  private static final byte BY_OPERATOR = 0;
  private static final byte BY_MEMBER = 1;

  private AlarmTable() {}

  static Alarms all(OrderedReader rows) {
    Alarms alarms = Alarms.NONE;
    Span span = Tables.allAlarms();
    try (StoreCursor cursor = rows.cursor(span.fromKey(), span.toKey(), Direction.UP)) {
      while (cursor.next()) {
        alarms = alarms.with(decode(cursor.key(), cursor.value()));
      }
    }
    return alarms;
  }

  static void store(Overlay rows, Alarm alarm) {
    byte by = alarm.raisedBy() == Alarm.RaisedBy.MEMBER ? BY_MEMBER : BY_OPERATOR;
    rows.put(key(alarm), new byte[] {by});
  }

  static void remove(Overlay rows, Alarm alarm) {
    rows.delete(key(alarm));
  }

  private static byte[] key(Alarm alarm) {
    return Tables.alarm(alarm.memberId(), alarm.type().getNumber());
  }

  private static Alarm decode(byte[] key, byte[] value) {
    @Nullable AlarmType type = AlarmType.forNumber(Tables.alarmType(key));
    if (type == null || value.length != 1) {
      throw new StorageException("an alarm of a kind that this version doesn't know");
    }
    boolean byMember = value[0] == BY_MEMBER;
    return new Alarm(
        Tables.id(key), type, byMember ? Alarm.RaisedBy.MEMBER : Alarm.RaisedBy.OPERATOR);
  }
}
