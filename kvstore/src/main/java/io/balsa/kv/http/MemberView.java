package io.balsa.kv.http;

import io.balsa.kv.proto.AlarmType;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/** What the pages about health need to know of a member. Thread-safe; nothing blocks. */
public interface MemberView {

  /** The types of the alarms that are active, in any member. */
  Collection<AlarmType> alarms();

  boolean hasLeader();

  boolean isLearner();

  /**
   * Reads something and throws it away. Fails with what prevents it, in words for the operator.
   *
   * @param serializable whether a possibly old state will do
   */
  CompletableFuture<Void> read(boolean serializable);
}
