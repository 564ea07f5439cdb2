package io.balsa.kv.state;

import com.google.protobuf.InvalidProtocolBufferException;
import io.balsa.kv.proto.Member;
import io.balsa.kv.state.Tables.Span;
import io.balsa.kv.state.store.OrderedReader;
import io.balsa.kv.state.store.OrderedReader.Direction;
import io.balsa.kv.state.store.StoreCursor;
import io.balsa.raft.model.DamageException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The members as rows, and the ids of those that were removed: these stay for ever, so that nobody comes back under one.
 * Reads as thread-safe as the rows; writes go through an {@link Overlay}.
 */
final class MemberTable {
  private MemberTable() {}

  /** By id, as an unsigned number. */
  static List<Member> all(OrderedReader rows) {
    List<Member> members = new ArrayList<>();
    Span span = Tables.allMembers();
    try (StoreCursor cursor = rows.cursor(span.fromKey(), span.toKey(), Direction.UP)) {
      while (cursor.next()) {
        members.add(Member.parseFrom(cursor.value()));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new DamageException("a member's row is damaged", e);
    }
    return members;
  }

  static SortedSet<Long> removed(OrderedReader rows) {
    SortedSet<Long> ids = new TreeSet<>();
    Span span = Tables.allRemovedMembers();
    try (StoreCursor cursor = rows.cursor(span.fromKey(), span.toKey(), Direction.UP)) {
      while (cursor.next()) {
        ids.add(Tables.id(cursor.key()));
      }
    }
    return ids;
  }

  static boolean wasRemoved(OrderedReader rows, long id) {
    return rows.get(Tables.removedMember(id)) != null;
  }

  static void store(Overlay rows, Member member) {
    rows.put(Tables.member(member.getID()), member.toByteArray());
  }

  /** As {@link #store}, also of one that was removed. */
  static void restore(Overlay rows, Member member) {
    rows.delete(Tables.removedMember(member.getID()));
    store(rows, member);
  }

  static void remove(Overlay rows, long id) {
    rows.delete(Tables.member(id));
    rows.put(Tables.removedMember(id), Tables.EMPTY_VALUE);
  }
}
