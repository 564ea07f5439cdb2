package io.balsa.kv.server;

import static java.util.stream.Collectors.toUnmodifiableSet;

import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.Member;
import io.balsa.kv.request.MemberDirectory;
import io.balsa.kv.state.ApplyListener;
import io.balsa.kv.state.KvStateMachine;
import java.util.List;
import java.util.Set;

/**
 * The members as they are in the state; before there are any, those that this member knew when its directory was made.
 * Thread-safe; the list is made anew on the apply thread when it changes.
 */
final class KnownMembers implements MemberDirectory, ApplyListener {
  private final Origin origin;
  private final KvStateMachine state;
  private volatile Lists lists;

  private record Lists(
      List<Member> members, boolean areApplied, Set<Long> learners, Set<Long> removed) {}

  KnownMembers(Origin origin, KvStateMachine state) {
    this.origin = origin;
    this.state = state;
    this.lists = read();
  }

  private Lists read() {
    List<Member> applied = state.members();
    List<Member> known = List.copyOf(applied.isEmpty() ? origin.members() : applied);
    return new Lists(
        known,
        !applied.isEmpty(),
        known.stream().filter(Member::getIsLearner).map(Member::getID).collect(toUnmodifiableSet()),
        Set.copyOf(state.removedMembers()));
  }

  @Override
  public List<Member> members() {
    return lists.members;
  }

  /** Whether the list is that of the state. */
  boolean areApplied() {
    return lists.areApplied;
  }

  /**
   * Whether it was added as a learner and not promoted. Who was added as a voter is none to clients, although Raft lets it vote only
   * when it has caught up.
   */
  boolean isLearner(MemberId id) {
    return lists.learners.contains(id.value());
  }

  boolean wasRemoved(long id) {
    return lists.removed.contains(id);
  }

  @Override
  public void onMembersChanged() {
    lists = read();
  }

  @Override
  public void onRestored() {
    lists = read();
  }
}
