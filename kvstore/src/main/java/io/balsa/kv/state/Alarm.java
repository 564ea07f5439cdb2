package io.balsa.kv.state;

import io.balsa.kv.proto.AlarmMember;
import io.balsa.kv.proto.AlarmType;
import java.util.Objects;

/**
 * Something wrong with a member that concerns the whole cluster, until it is over. Immutable.
 *
 * @param memberId unsigned; 0 if nobody knows whose fault it is
 */
public record Alarm(long memberId, AlarmType type, RaisedBy raisedBy) {

  /** Who said so: only what the member itself has raised does it lower itself. */
  public enum RaisedBy {
    OPERATOR,
    MEMBER
  }

  public Alarm {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(raisedBy, "raisedBy");
  }

  /** Whether it is of a kind that has an effect. */
  boolean isKnown() {
    return type == AlarmType.NOSPACE || type == AlarmType.CORRUPT;
  }

  public AlarmMember toMember() {
    return AlarmMember.newBuilder().setMemberID(memberId).setAlarm(type).build();
  }

  /** As etcd writes it into the errors of a status: what is 0 is left out, and a blank is behind everything. */
  @Override
  public String toString() {
    String ofMember = memberId == 0 ? "" : "memberID:" + Long.toUnsignedString(memberId) + " ";
    return ofMember + "alarm:" + type + " ";
  }
}
