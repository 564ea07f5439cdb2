package io.balsa.kv.state;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.balsa.kv.auth.AuthState;
import io.balsa.kv.command.AuthSettings;
import io.balsa.kv.command.UserRow;
import io.balsa.kv.proto.Role;
import io.balsa.kv.state.Tables.Span;
import io.balsa.kv.state.store.OrderedReader;
import io.balsa.kv.state.store.OrderedReader.Direction;
import io.balsa.kv.state.store.StoreCursor;
import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.StorageException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Users and roles as rows. They are read once, when the state is opened or restored, and live in memory as an {@link
 * AuthState}: every command is judged by it. Reads as thread-safe as the rows; writes go through an {@link Overlay}.
 */
final class AuthTable {
  private AuthTable() {}

  /**
   * @throws StorageException if a row is damaged
   */
  static AuthState load(OrderedReader rows) {
    byte[] settings = rows.get(Tables.AUTH);
    if (settings == null) {
      return AuthState.INITIAL;
    }
    return AuthState.of(
        parse(AuthSettings.parser(), settings),
        all(
            rows,
            Tables.allUsers(),
            UserRow.parser(),
            row -> row.getUser().getName().toStringUtf8()),
        all(rows, Tables.allRoles(), Role.parser(), role -> role.getName().toStringUtf8()));
  }

  private static <T extends Message> SortedMap<String, T> all(
      OrderedReader rows, Span span, Parser<T> parser, Function<T, String> nameOf) {
    SortedMap<String, T> found = new TreeMap<>();
    try (StoreCursor cursor = rows.cursor(span.fromKey(), span.toKey(), Direction.UP)) {
      while (cursor.next()) {
        T row = parse(parser, cursor.value());
        found.put(nameOf.apply(row), row);
      }
    }
    return found;
  }

  private static <T extends Message> T parse(Parser<T> parser, byte[] row) {
    try {
      return parser.parseFrom(row);
    } catch (InvalidProtocolBufferException e) {
      throw new DamageException("a row about users and roles is damaged", e);
    }
  }

  /** Writes the rows in which two states differ. */
  static void store(Overlay rows, AuthState before, AuthState after) {
    rows.put(Tables.AUTH, after.settings().toByteArray());
    store(rows, before.users(), after.users(), Tables::user);
    store(rows, before.roles(), after.roles(), Tables::role);
  }

  /** A row that is the very same object hasn't changed. */
  private static <T extends Message> void store(
      Overlay rows,
      SortedMap<String, T> before,
      SortedMap<String, T> after,
      Function<String, byte[]> rowOf) {
    for (String name : before.keySet()) {
      if (!after.containsKey(name)) {
        rows.delete(rowOf.apply(name));
      }
    }
    after.forEach(
        (name, row) -> {
          if (before.get(name) != row) {
            rows.put(rowOf.apply(name), row.toByteArray());
          }
        });
  }
}
