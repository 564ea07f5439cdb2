package io.balsa.kv.state;

import io.balsa.kv.command.KvCommandOrBuilder;
import io.balsa.kv.command.SpaceCost;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.AlarmType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The alarms that are active, and which commands they keep out: the same rule before a command is proposed and when it is
 * applied. Immutable.
 */
public final class Alarms {
  public static final Alarms NONE = new Alarms(List.of());

  private static final Comparator<Alarm> ORDER =
      Comparator.comparing(Alarm::memberId, Long::compareUnsigned).thenComparing(Alarm::type);

  private final List<Alarm> active;
  private final boolean noSpace;
  private final boolean corrupt;

  private Alarms(List<Alarm> active) {
    this.active = active;
    this.noSpace = active.stream().anyMatch(alarm -> alarm.type() == AlarmType.NOSPACE);
    this.corrupt = active.stream().anyMatch(alarm -> alarm.type() == AlarmType.CORRUPT);
  }

  /** By member, then by type. */
  public List<Alarm> active() {
    return active;
  }

  public Optional<Alarm> find(long memberId, AlarmType type) {
    return active.stream()
        .filter(alarm -> alarm.memberId() == memberId && alarm.type() == type)
        .findFirst();
  }

  Alarms with(Alarm alarm) {
    List<Alarm> more = new ArrayList<>(active);
    more.add(alarm);
    more.sort(ORDER);
    return new Alarms(List.copyOf(more));
  }

  Alarms without(Alarm alarm) {
    return new Alarms(
        active.stream()
            .filter(other -> other.memberId() != alarm.memberId() || other.type() != alarm.type())
            .toList());
  }

  /**
   * Why a command may not be carried out now; nothing if it may. While a store is corrupt nobody knows what a change would
   * change; while one is full, what takes room is refused and what makes room isn't.
   */
  public Optional<KvError> refusal(KvCommandOrBuilder command) {
    if (corrupt && changesData(command)) {
      return Optional.of(KvError.CORRUPT_CLUSTER);
    }
    if (noSpace && SpaceCost.of(command) > 0) {
      return Optional.of(KvError.NO_SPACE);
    }
    return Optional.empty();
  }

  private static boolean changesData(KvCommandOrBuilder command) {
    return switch (command.getBodyCase()) {
      case PUT, DELETE_RANGE, TXN, COMPACTION, LEASE_GRANT, LEASE_REVOKE, LEASE_EXPIRE -> true;
      default -> false;
    };
  }
}
