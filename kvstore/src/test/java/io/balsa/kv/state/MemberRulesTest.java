package io.balsa.kv.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.command.CommandDone;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.MemberAdd;
import io.balsa.kv.command.MemberLeft;
import io.balsa.kv.command.MemberPromote;
import io.balsa.kv.command.MemberPublish;
import io.balsa.kv.command.MemberRemove;
import io.balsa.kv.command.MemberReplace;
import io.balsa.kv.command.MemberUpdate;
import io.balsa.kv.command.MembersFound;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.AlarmRequest;
import io.balsa.kv.proto.AlarmType;
import io.balsa.kv.proto.Member;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What commands about members do to the list of members, and when they are refused. */
final class MemberRulesTest {
  private static final int LEARNERS_MAX = 2;

  private final KvFixture kv = new KvFixture();

  @AfterEach
  void close() {
    kv.close();
  }

  @Test
  void theFirstFoundingCounts() {
    found(1, 2);
    found(3);
    assertThat(ids()).containsExactly(1L, 2L);
    assertThat(kv.machine.members()).noneMatch(MemberRules::isStarted);
  }

  @Test
  void aMemberSaysItsNameAndWhereItsClientsFindItAndNoMore() {
    found(1);
    KvCommand.Builder all =
        KvCommand.newBuilder()
            .setMemberPublish(
                MemberPublish.newBuilder().setId(1).setName("n").addClientUrls("http://c:1"));
    done(all);
    assertThat(kv.machine.members())
        .containsExactly(
            Member.newBuilder()
                .setID(1)
                .setName("n")
                .addPeerURLs(url(1))
                .addClientURLs("http://c:1")
                .build());
    assertThat(kv.refused(publish(2))).isEqualTo(KvError.MEMBER_NOT_FOUND);
  }

  @Test
  void whoIsThereOrHasBeenIsNotAddedAgain() {
    found(1, 2, 3);
    start(1, 2, 3);
    assertThat(kv.refused(add(2, false))).isEqualTo(KvError.MEMBER_EXISTS);
    KvCommand.Builder sameUrl = add(9, false);
    sameUrl.getMemberAddBuilder().getMemberBuilder().setPeerURLs(0, url(2));
    assertThat(kv.refused(sameUrl)).isEqualTo(KvError.PEER_URL_EXISTS);
    done(remove(3));
    assertThat(kv.refused(add(3, false))).isEqualTo(KvError.MEMBER_NOT_FOUND);
    assertThat(kv.machine.removedMembers()).containsExactly(3L);
    assertThat(kv.refused(publish(3))).isEqualTo(KvError.MEMBER_NOT_FOUND);
    assertThat(kv.refused(remove(3))).isEqualTo(KvError.MEMBER_NOT_FOUND);
  }

  @Test
  void learnersAreLimited() {
    found(1);
    start(1);
    for (int i = 0; i < LEARNERS_MAX; i++) {
      done(add(10 + i, true));
    }
    assertThat(kv.refused(add(20, true))).isEqualTo(KvError.TOO_MANY_LEARNERS);
    done(add(21, false));
  }

  @Test
  void aVoterIsAddedWhileEnoughOfThemWereStarted() {
    found(1);
    assertThat(kv.refused(add(2, false)))
        .as("nobody was started")
        .isEqualTo(KvError.NOT_ENOUGH_STARTED_MEMBERS);
    start(1);
    done(add(2, false));
    assertThat(kv.refused(add(3, false)))
        .as("two of three are needed")
        .isEqualTo(KvError.NOT_ENOUGH_STARTED_MEMBERS);
    done(add(9, true));
    KvCommand.Builder lax = add(3, false);
    lax.getMemberAddBuilder().setStrict(false);
    done(lax);
    assertThat(ids()).containsExactly(1L, 2L, 3L, 9L);
  }

  @Test
  void aVoterIsRemovedWhileEnoughOfTheOthersWereStarted() {
    found(1, 2, 3);
    start(1, 2);
    assertThat(kv.refused(remove(2))).isEqualTo(KvError.NOT_ENOUGH_STARTED_MEMBERS);
    done(remove(3));
    start(2);
    done(remove(1));
    KvCommand.Builder lax = remove(2);
    lax.getMemberRemoveBuilder().setStrict(false);
    assertThat(kv.refused(lax))
        .as("the last, whatever the operator wants")
        .isEqualTo(KvError.NOT_ENOUGH_STARTED_MEMBERS);
  }

  @Test
  void aVoterThatNeverStartedMayAlwaysGo() {
    found(1, 2, 3);
    start(1);
    done(remove(3));
    done(remove(2));
    assertThat(ids()).containsExactly(1L);
  }

  @Test
  void aLearnerBecomesAVoterOnce() {
    found(1);
    start(1);
    done(add(2, true));
    assertThat(kv.refused(promote(3))).isEqualTo(KvError.MEMBER_NOT_FOUND);
    assertThat(kv.refused(promote(1))).isEqualTo(KvError.MEMBER_NOT_LEARNER);
    done(promote(2));
    assertThat(kv.machine.members()).noneMatch(Member::getIsLearner);
    assertThat(kv.refused(promote(2))).isEqualTo(KvError.MEMBER_NOT_LEARNER);
  }

  @Test
  void whoMovesStaysWhatItIs() {
    found(1);
    start(1);
    done(add(2, true));
    done(update(2, "http://new:2"));
    assertThat(kv.machine.members().get(1))
        .isEqualTo(
            Member.newBuilder().setID(2).addPeerURLs("http://new:2").setIsLearner(true).build());
    done(update(2, "http://new:2", "http://also:2"));
    assertThat(kv.refused(update(2, url(1)))).isEqualTo(KvError.PEER_URL_EXISTS);
    assertThat(kv.refused(update(3, "http://x:1"))).isEqualTo(KvError.MEMBER_NOT_FOUND);
  }

  @Test
  void aMemberIsReplacedOnceHoweverOftenThatIsAskedFor() {
    found(1, 2, 3);
    start(1, 2, 3);
    raiseNoSpace(2);
    for (int time = 0; time < 2; time++) {
      done(replace(2, 9));
      assertThat(ids()).containsExactly(1L, 3L, 9L);
      assertThat(kv.machine.members().get(2))
          .isEqualTo(Member.newBuilder().setID(9).addPeerURLs(url(2)).build());
      assertThat(kv.machine.removedMembers()).containsExactly(2L);
    }
    assertThat(kv.machine.alarms().active()).isEmpty();
    assertThat(kv.refused(replace(4, 10))).isEqualTo(KvError.MEMBER_NOT_FOUND);
    assertThat(kv.refused(replace(1, 3))).as("there already").isEqualTo(KvError.MEMBER_EXISTS);
    assertThat(kv.refused(replace(1, 2))).as("was removed").isEqualTo(KvError.MEMBER_EXISTS);
  }

  @Test
  void whoReplacesALearnerIsOneAndTheOnlyVoterIsNotReplaced() {
    found(1);
    start(1);
    done(add(2, true));
    done(replace(2, 3));
    assertThat(kv.machine.members().get(1).getIsLearner()).isTrue();
    assertThat(kv.refused(replace(1, 4))).isEqualTo(KvError.NOT_ENOUGH_STARTED_MEMBERS);
  }

  @Test
  void theAlarmsOfAMemberGoWithIt() {
    found(1, 2, 3);
    start(1, 2, 3);
    raiseNoSpace(2, 3);
    done(remove(2));
    assertThat(kv.machine.alarms().active()).extracting(Alarm::memberId).containsExactly(3L);
  }

  @Test
  void whoIsLeftAloneIsTheOnlyMemberAndAVoter() {
    found(1, 2);
    start(1, 2);
    done(add(3, true));
    raiseNoSpace(1, 2, 3);
    done(left(3));
    assertThat(kv.machine.members()).hasSize(1);
    assertThat(kv.machine.members().get(0).getID()).isEqualTo(3);
    assertThat(kv.machine.members().get(0).getIsLearner()).isFalse();
    assertThat(kv.machine.members().get(0).getPeerURLsList())
        .as("as the list had it, not as the command says")
        .containsExactly(url(3));
    assertThat(kv.machine.removedMembers()).containsExactly(1L, 2L);
    assertThat(kv.machine.alarms().active()).extracting(Alarm::memberId).containsExactly(3L);

    // It may have been on its way out when the others were lost, or before the list began.
    done(left(2));
    assertThat(kv.machine.members()).extracting(Member::getID).containsExactly(2L);
    assertThat(kv.machine.members().get(0).getPeerURLsList()).containsExactly("http://left:1");
    assertThat(kv.machine.removedMembers()).containsExactly(1L, 3L);
  }

  private void raiseNoSpace(long... ids) {
    for (long member : ids) {
      AlarmRequest raise =
          AlarmRequest.newBuilder()
              .setAction(AlarmRequest.AlarmAction.ACTIVATE)
              .setMemberID(member)
              .setAlarm(AlarmType.NOSPACE)
              .build();
      Object unused = kv.apply(KvCommand.newBuilder().setAlarm(raise));
    }
  }

  private static KvCommand.Builder left(long id) {
    return KvCommand.newBuilder()
        .setMemberLeft(
            MemberLeft.newBuilder()
                .setMember(Member.newBuilder().setID(id).addPeerURLs("http://left:1")));
  }

  private void found(long... ids) {
    MembersFound.Builder founders = MembersFound.newBuilder();
    for (long id : ids) {
      founders.addMembers(Member.newBuilder().setID(id).addPeerURLs(url(id)));
    }
    done(KvCommand.newBuilder().setMembersFound(founders));
  }

  private void start(long... ids) {
    for (long id : ids) {
      done(publish(id));
    }
  }

  private static KvCommand.Builder publish(long id) {
    return KvCommand.newBuilder()
        .setMemberPublish(MemberPublish.newBuilder().setId(id).setName("n" + id));
  }

  private static KvCommand.Builder add(long id, boolean learner) {
    return KvCommand.newBuilder()
        .setMemberAdd(
            MemberAdd.newBuilder()
                .setMember(Member.newBuilder().setID(id).addPeerURLs(url(id)).setIsLearner(learner))
                .setStrict(true)
                .setLearnersMax(LEARNERS_MAX));
  }

  private static KvCommand.Builder remove(long id) {
    return KvCommand.newBuilder()
        .setMemberRemove(MemberRemove.newBuilder().setId(id).setStrict(true));
  }

  private static KvCommand.Builder promote(long id) {
    return KvCommand.newBuilder()
        .setMemberPromote(MemberPromote.newBuilder().setId(id).setStrict(true));
  }

  private static KvCommand.Builder replace(long oldId, long newId) {
    return KvCommand.newBuilder()
        .setMemberReplace(MemberReplace.newBuilder().setOldId(oldId).setNewId(newId));
  }

  private static KvCommand.Builder update(long id, String... urls) {
    return KvCommand.newBuilder()
        .setMemberUpdate(MemberUpdate.newBuilder().setId(id).addAllPeerUrls(List.of(urls)));
  }

  private static String url(long id) {
    return "http://h:" + id;
  }

  private void done(KvCommand.Builder command) {
    assertThat(kv.apply(command)).isInstanceOf(CommandDone.class);
  }

  private List<Long> ids() {
    return kv.machine.members().stream().map(Member::getID).toList();
  }
}
