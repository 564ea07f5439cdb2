package io.balsa.kv.state;

import static io.balsa.kv.state.KvFixture.deleteOp;
import static io.balsa.kv.state.KvFixture.putOp;
import static io.balsa.kv.state.KvFixture.putRequest;
import static io.balsa.kv.state.KvFixture.rangeOp;
import static io.balsa.kv.state.KvFixture.txnOp;
import static io.balsa.kv.state.KvFixture.txnRequest;
import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.LeaseExpire;
import io.balsa.kv.command.SpaceReport;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.AlarmMember;
import io.balsa.kv.proto.AlarmRequest;
import io.balsa.kv.proto.AlarmRequest.AlarmAction;
import io.balsa.kv.proto.AlarmResponse;
import io.balsa.kv.proto.AlarmType;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.DowngradeInfo;
import io.balsa.kv.proto.LeaseRevokeRequest;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Alarms in the state, one test per sentence of the rules. */
class AlarmRulesTest {
  private final KvFixture kv = new KvFixture();

  @AfterEach
  void close() {
    kv.close();
  }

  @Test
  void anAlarmIsActiveFromItsActivationToItsDeactivation() {
    assertThat(alarm(AlarmAction.ACTIVATE, 7, AlarmType.NOSPACE).getAlarmsList())
        .containsExactly(member(7, AlarmType.NOSPACE));
    assertThat(alarm(AlarmAction.ACTIVATE, -1, AlarmType.CORRUPT).getAlarmsList())
        .containsExactly(member(-1, AlarmType.CORRUPT));
    assertThat(alarm(AlarmAction.ACTIVATE, 7, AlarmType.NOSPACE).getAlarmsList())
        .as("again")
        .containsExactly(member(7, AlarmType.NOSPACE));
    assertThat(kv.machine.alarms().active())
        .extracting(Alarm::toString)
        .containsExactly(
            "memberID:7 alarm:NOSPACE ", "memberID:18446744073709551615 alarm:CORRUPT ");
    assertThat(alarm(AlarmAction.DEACTIVATE, 7, AlarmType.CORRUPT).getAlarmsList())
        .as("another type")
        .isEmpty();
    assertThat(alarm(AlarmAction.DEACTIVATE, 8, AlarmType.NOSPACE).getAlarmsList())
        .as("another member")
        .isEmpty();
    assertThat(alarm(AlarmAction.DEACTIVATE, 7, AlarmType.NOSPACE).getAlarmsList())
        .containsExactly(member(7, AlarmType.NOSPACE));
    assertThat(kv.machine.alarms().active()).hasSize(1);
    assertThat(kv.revision()).as("no alarm makes a revision").isEqualTo(1);
  }

  @Test
  void anAlarmOfNoTypeOrOfOneThatNobodyKnowsIsNone() {
    assertThat(alarm(AlarmAction.ACTIVATE, 7, AlarmType.NONE).getAlarmsList()).isEmpty();
    AlarmRequest odd =
        AlarmRequest.newBuilder().setAction(AlarmAction.ACTIVATE).setAlarmValue(3).build();
    assertThat(((AlarmResponse) kv.apply(KvCommand.newBuilder().setAlarm(odd))).getAlarmsList())
        .isEmpty();
    assertThat(kv.machine.alarms().active()).isEmpty();
  }

  @Test
  void withoutSpaceWhatTakesRoomIsRefusedAndWhatMakesRoomIsNot() {
    kv.put("a", "1");
    kv.grant(1, 60);
    alarm(AlarmAction.ACTIVATE, 7, AlarmType.NOSPACE);
    assertThat(kv.refused(put())).isEqualTo(KvError.NO_SPACE);
    assertThat(kv.grant(2, 60)).isEqualTo(KvError.NO_SPACE);
    assertThat(kv.refused(txn(txnRequest(putOp("a", "2"))))).isEqualTo(KvError.NO_SPACE);
    assertThat(kv.refused(txn(txnRequest(txnOp(txnRequest(putOp("a", "2")))))))
        .isEqualTo(KvError.NO_SPACE);
    TxnRequest otherwise = TxnRequest.newBuilder().addFailure(putOp("a", "2")).build();
    assertThat(kv.refused(txn(otherwise)))
        .as("the branch that isn't taken")
        .isEqualTo(KvError.NO_SPACE);
    assertThat(kv.revision()).isEqualTo(2);

    assertThat(kv.txn(deleteOp("b", ""), rangeOp("a", 0)).getSucceeded()).isTrue();
    assertThat(kv.delete("a").getDeleted()).isEqualTo(1);
    assertThat(kv.compact(2)).isNotInstanceOf(KvError.class);
    assertThat(kv.apply(revoke())).isNotInstanceOf(KvError.class);
    alarm(AlarmAction.DEACTIVATE, 7, AlarmType.NOSPACE);
    assertThat(kv.put("a", "3").getHeader().getRevision()).isEqualTo(4);
  }

  @Test
  void inACorruptClusterNothingChanges() {
    kv.put("a", "1");
    kv.grant(1, 60);
    alarm(AlarmAction.ACTIVATE, 0, AlarmType.CORRUPT);
    assertThat(kv.refused(put())).isEqualTo(KvError.CORRUPT_CLUSTER);
    assertThat(
            kv.refused(
                KvCommand.newBuilder()
                    .setDeleteRange(DeleteRangeRequest.newBuilder().setKey(KvFixture.bytes("a")))))
        .isEqualTo(KvError.CORRUPT_CLUSTER);
    assertThat(kv.refused(txn(txnRequest(rangeOp("a", 0))))).isEqualTo(KvError.CORRUPT_CLUSTER);
    assertThat(kv.compact(2)).isEqualTo(KvError.CORRUPT_CLUSTER);
    assertThat(kv.grant(2, 60)).isEqualTo(KvError.CORRUPT_CLUSTER);
    assertThat(kv.refused(revoke())).isEqualTo(KvError.CORRUPT_CLUSTER);
    LeaseExpire expire = LeaseExpire.newBuilder().addIds(1).setTerm(kv.term).build();
    assertThat(kv.refused(KvCommand.newBuilder().setLeaseExpire(expire)))
        .isEqualTo(KvError.CORRUPT_CLUSTER);
    assertThat(kv.value("a")).isEqualTo("1");
    alarm(AlarmAction.DEACTIVATE, 0, AlarmType.CORRUPT);
    assertThat(kv.delete("a").getDeleted()).isEqualTo(1);
  }

  @Test
  void aMemberLowersWhatItRaisedAndNothingElse() {
    kv.apply(report(7, true));
    assertThat(kv.machine.alarms().find(7, AlarmType.NOSPACE))
        .hasValueSatisfying(alarm -> assertThat(alarm.raisedBy()).isEqualTo(Alarm.RaisedBy.MEMBER));
    kv.apply(report(8, false));
    assertThat(kv.machine.alarms().active()).hasSize(1);
    kv.apply(report(7, false));
    assertThat(kv.machine.alarms().active()).isEmpty();
    alarm(AlarmAction.ACTIVATE, 7, AlarmType.NOSPACE);
    kv.apply(report(7, true));
    kv.apply(report(7, false));
    assertThat(kv.machine.alarms().active()).as("an operator's alarm").hasSize(1);
  }

  @Test
  void oneBatchSeesTheAlarmsRaisedInIt() {
    var results =
        kv.machine.applyAll(
            List.of(entry(1, report(7, true)), entry(2, put()), entry(3, report(7, false))),
            new EntryId(3, 3));
    assertThat(results.get(1)).isEqualTo(new KvResult.Failed(KvError.NO_SPACE));
    assertThat(kv.machine.alarms().active()).isEmpty();
  }

  private static Entry entry(long index, KvCommand.Builder command) {
    return Entry.command(new EntryId(3, index), CommandCodec.encode(command));
  }

  @Test
  void alarmsAndTheDowngradeAreInSnapshotsAndOutliveARestart() throws IOException {
    kv.apply(report(7, true));
    alarm(AlarmAction.ACTIVATE, 8, AlarmType.CORRUPT);
    kv.apply(downgrade(true));
    try (KvFixture other = new KvFixture()) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (Snapshot snapshot = kv.machine.capture()) {
        snapshot.writeTo(new DataOutputStream(bytes));
      }
      other.machine.restore(
          new SnapshotMeta(
              kv.machine.lastApplied(), new MembershipEntry(EntryId.ZERO, Membership.NONE)),
          new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
      assertThat(other.machine.alarms().active()).isEqualTo(kv.machine.alarms().active());
      assertThat(other.machine.downgrade().getTargetVersion()).isEqualTo("3.5.0");
    }
    EntryId flushed = kv.machine.flush();
    try (KvStateMachine again = KvStateMachine.on(kv.store.afterCrash(), KvFixture.CONFIG)) {
      assertThat(again.lastApplied()).isEqualTo(flushed);
      assertThat(again.alarms().active()).isEqualTo(kv.machine.alarms().active());
    }
  }

  @Test
  void oneDowngradeIsEnabledAtATime() {
    assertThat(kv.refused(downgrade(false))).isEqualTo(KvError.NO_DOWNGRADE);
    kv.apply(downgrade(true));
    assertThat(kv.refused(downgrade(true))).isEqualTo(KvError.DOWNGRADE_IN_PROGRESS);
    assertThat(kv.machine.downgrade().getEnabled()).isTrue();
    kv.apply(downgrade(false));
    assertThat(kv.machine.downgrade()).isEqualTo(DowngradeInfo.getDefaultInstance());
  }

  private AlarmResponse alarm(AlarmAction action, long member, AlarmType type) {
    AlarmRequest request =
        AlarmRequest.newBuilder().setAction(action).setMemberID(member).setAlarm(type).build();
    return (AlarmResponse) kv.apply(KvCommand.newBuilder().setAlarm(request));
  }

  private static AlarmMember member(long id, AlarmType type) {
    return AlarmMember.newBuilder().setMemberID(id).setAlarm(type).build();
  }

  private static KvCommand.Builder report(long member, boolean full) {
    return KvCommand.newBuilder()
        .setSpaceReport(SpaceReport.newBuilder().setMemberId(member).setFull(full));
  }

  private static KvCommand.Builder downgrade(boolean enabled) {
    return KvCommand.newBuilder()
        .setDowngrade(
            DowngradeInfo.newBuilder()
                .setEnabled(enabled)
                .setTargetVersion(enabled ? "3.5.0" : ""));
  }

  private static KvCommand.Builder put() {
    return KvCommand.newBuilder().setPut(putRequest("a", "2"));
  }

  private static KvCommand.Builder txn(TxnRequest txn) {
    return KvCommand.newBuilder().setTxn(txn);
  }

  private static KvCommand.Builder revoke() {
    return KvCommand.newBuilder().setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(1));
  }
}
