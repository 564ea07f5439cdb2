package io.balsa.kv.state;

import io.balsa.kv.command.KvCommandOrBuilder;
import io.balsa.kv.command.MemberAdd;
import io.balsa.kv.command.MemberRemove;
import io.balsa.kv.command.MemberReplace;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.Member;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Which changes of the members are refused, and with what: etcd's rules. Judged where the command is applied, so that two
 * operators who ask at once can't both be right; the strict ones also before, because etcd answers these first. Stateless.
 */
public final class MemberRules {
  private MemberRules() {}

  /** What keeps a change of the members from being made; nothing for other commands. */
  static Optional<KvError> refusal(
      KvCommandOrBuilder command, List<Member> members, boolean wasRemoved) {
    Optional<KvError> refused =
        switch (command.getBodyCase()) {
          case MEMBER_ADD -> addRefusal(command.getMemberAdd(), members, wasRemoved);
          case MEMBER_REMOVE -> unknown(command.getMemberRemove().getId(), members);
          case MEMBER_UPDATE -> {
            long id = command.getMemberUpdate().getId();
            List<String> urls = command.getMemberUpdate().getPeerUrlsList();
            yield unknown(id, members).or(() -> taken(urls, id, members));
          }
          case MEMBER_PROMOTE -> promoteRefusal(command.getMemberPromote().getId(), members);
          case MEMBER_REPLACE -> replaceRefusal(command.getMemberReplace(), members, wasRemoved);
          case MEMBER_PUBLISH -> unknown(command.getMemberPublish().getId(), members);
          default -> Optional.empty();
        };
    return refused.or(() -> strictRefusal(command, members));
  }

  /**
   * What a strict check has against a change of the members: that after it too few voters were ever started to make a majority.
   * A cluster is never left without a voter, strict or not.
   */
  public static Optional<KvError> strictRefusal(KvCommandOrBuilder command, List<Member> members) {
    boolean endangers =
        switch (command.getBodyCase()) {
          case MEMBER_ADD -> endangers(command.getMemberAdd(), members);
          case MEMBER_REMOVE -> endangers(command.getMemberRemove(), members);
          // The learner counts as started: it has caught up.
          case MEMBER_PROMOTE ->
              command.getMemberPromote().getStrict()
                  && started(voters(members)) + 1 < majorityOf(voters(members).size() + 1);
          default -> false;
        };
    return endangers ? Optional.of(KvError.NOT_ENOUGH_STARTED_MEMBERS) : Optional.empty();
  }

  /** Of one member, a cluster grows also without the second: there is no other way. */
  private static boolean endangers(MemberAdd add, List<Member> members) {
    List<Member> voters = voters(members);
    boolean isFirstGrowth = voters.size() == 1 && started(voters) == 1;
    return add.getStrict()
        && !add.getMember().getIsLearner()
        && !isFirstGrowth
        && started(voters) < majorityOf(voters.size() + 1);
  }

  private static boolean endangers(MemberRemove remove, List<Member> members) {
    Optional<Member> leaving = find(remove.getId(), members);
    if (leaving.isEmpty() || leaving.get().getIsLearner()) {
      return false;
    }
    List<Member> left =
        voters(members).stream().filter(member -> member.getID() != remove.getId()).toList();
    if (left.isEmpty()) {
      return true;
    }
    return remove.getStrict()
        && isStarted(leaving.get())
        && started(left) < majorityOf(left.size());
  }

  private static Optional<KvError> addRefusal(
      MemberAdd add, List<Member> members, boolean wasRemoved) {
    Member newcomer = add.getMember();
    long learners = members.stream().filter(Member::getIsLearner).count();
    if (wasRemoved) {
      return Optional.of(KvError.MEMBER_NOT_FOUND);
    }
    if (find(newcomer.getID(), members).isPresent()) {
      return Optional.of(KvError.MEMBER_EXISTS);
    }
    Optional<KvError> taken = taken(newcomer.getPeerURLsList(), newcomer.getID(), members);
    if (taken.isEmpty() && newcomer.getIsLearner() && learners >= add.getLearnersMax()) {
      return Optional.of(KvError.TOO_MANY_LEARNERS);
    }
    return taken;
  }

  /** One that was made already isn't refused: who asked may not have heard of it. */
  private static Optional<KvError> replaceRefusal(
      MemberReplace replace, List<Member> members, boolean wasRemoved) {
    Optional<Member> old = find(replace.getOldId(), members);
    boolean isNewThere = find(replace.getNewId(), members).isPresent();
    if (old.isEmpty()) {
      return isNewThere ? Optional.empty() : Optional.of(KvError.MEMBER_NOT_FOUND);
    }
    if (isNewThere || wasRemoved || replace.getNewId() == 0) {
      return Optional.of(KvError.MEMBER_EXISTS);
    }
    boolean isOnlyVoter =
        voters(members).stream().allMatch(member -> member.getID() == replace.getOldId());
    return isOnlyVoter ? Optional.of(KvError.NOT_ENOUGH_STARTED_MEMBERS) : Optional.empty();
  }

  private static Optional<KvError> promoteRefusal(long id, List<Member> members) {
    Optional<Member> learner = find(id, members);
    if (learner.isPresent() && !learner.get().getIsLearner()) {
      return Optional.of(KvError.MEMBER_NOT_LEARNER);
    }
    return unknown(id, members);
  }

  private static Optional<KvError> unknown(long id, List<Member> members) {
    return find(id, members).isPresent() ? Optional.empty() : Optional.of(KvError.MEMBER_NOT_FOUND);
  }

  /** Whether another member is reached at one of the URLs. */
  private static Optional<KvError> taken(Collection<String> urls, long self, List<Member> members) {
    boolean taken =
        members.stream()
            .filter(member -> member.getID() != self)
            .anyMatch(member -> !Collections.disjoint(member.getPeerURLsList(), urls));
    return taken ? Optional.of(KvError.PEER_URL_EXISTS) : Optional.empty();
  }

  private static Optional<Member> find(long id, List<Member> members) {
    return members.stream().filter(member -> member.getID() == id).findFirst();
  }

  private static List<Member> voters(List<Member> members) {
    return members.stream().filter(member -> !member.getIsLearner()).toList();
  }

  private static long started(List<Member> members) {
    return members.stream().filter(MemberRules::isStarted).count();
  }

  /** A member has a name once it has been up, and said so. */
  public static boolean isStarted(Member member) {
    return !member.getName().isEmpty();
  }

  private static int majorityOf(int voters) {
    return voters / 2 + 1;
  }
}
