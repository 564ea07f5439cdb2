package io.balsa.kv.state;

import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.MemberPublish;
import io.balsa.kv.command.MemberReplace;
import io.balsa.kv.command.MemberUpdate;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.Member;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Carries out a command about the members. Apply thread only. */
final class MemberChange {
  private final Overlay rows;
  private final List<Member> before;

  private MemberChange(Overlay rows) {
    this.rows = rows;
    this.before = MemberTable.all(rows);
  }

  /**
   * Changes the rows.
   *
   * @return the ids of those that were members and aren't any more
   * @throws io.balsa.kv.model.KvException if the command is refused; nothing was changed
   */
  static Set<Long> apply(KvCommand command, Overlay rows) {
    MemberChange change = new MemberChange(rows);
    boolean wasRemoved = MemberTable.wasRemoved(rows, newcomer(command));
    Optional<KvError> refused = MemberRules.refusal(command, change.before, wasRemoved);
    if (refused.isPresent()) {
      throw refused.get().exception();
    }
    change.make(command);
    Set<Long> gone = ids(change.before);
    gone.removeAll(ids(MemberTable.all(rows)));
    return gone;
  }

  private static long newcomer(KvCommand command) {
    return command.hasMemberReplace()
        ? command.getMemberReplace().getNewId()
        : command.getMemberAdd().getMember().getID();
  }

  private static Set<Long> ids(List<Member> members) {
    return members.stream().map(Member::getID).collect(Collectors.toCollection(HashSet::new));
  }

  private void make(KvCommand command) {
    switch (command.getBodyCase()) {
      case MEMBERS_FOUND -> {
        if (before.isEmpty()) {
          command.getMembersFound().getMembersList().forEach(this::store);
        }
      }
      case MEMBER_ADD -> store(command.getMemberAdd().getMember());
      case MEMBER_REMOVE -> MemberTable.remove(rows, command.getMemberRemove().getId());
      case MEMBER_UPDATE -> update(command.getMemberUpdate());
      case MEMBER_PROMOTE ->
          store(member(command.getMemberPromote().getId()).toBuilder().setIsLearner(false).build());
      case MEMBER_LEFT -> leave(command.getMemberLeft().getMember());
      case MEMBER_REPLACE -> replace(command.getMemberReplace());
      case MEMBER_PUBLISH -> publish(command.getMemberPublish());
      default ->
          throw new IllegalArgumentException("isn't about members: " + command.getBodyCase());
    }
  }

  /** What the member is otherwise, a learner for instance, it stays. */
  private void update(MemberUpdate update) {
    store(
        member(update.getId()).toBuilder()
            .clearPeerURLs()
            .addAllPeerURLs(update.getPeerUrlsList())
            .build());
  }

  /** Leaves one, who may even have been removed: it is all that there is. */
  private void leave(Member left) {
    Member known =
        before.stream().filter(member -> member.getID() == left.getID()).findFirst().orElse(left);
    before.stream()
        .filter(member -> member != known)
        .forEach(member -> MemberTable.remove(rows, member.getID()));
    MemberTable.restore(rows, known.toBuilder().setIsLearner(false).build());
  }

  /** The new one has no name yet: it wasn't started. */
  private void replace(MemberReplace replace) {
    before.stream()
        .filter(member -> member.getID() == replace.getOldId())
        .findFirst()
        .ifPresent(
            old -> {
              MemberTable.remove(rows, old.getID());
              store(
                  Member.newBuilder()
                      .setID(replace.getNewId())
                      .addAllPeerURLs(old.getPeerURLsList())
                      .setIsLearner(old.getIsLearner())
                      .build());
            });
  }

  private void publish(MemberPublish published) {
    store(
        member(published.getId()).toBuilder()
            .setName(published.getName())
            .clearClientURLs()
            .addAllClientURLs(published.getClientUrlsList())
            .build());
  }

  private void store(Member member) {
    MemberTable.store(rows, member);
  }

  /** One that there is: the rules have seen to that. */
  private Member member(long id) {
    return before.stream().filter(member -> member.getID() == id).findFirst().orElseThrow();
  }
}
