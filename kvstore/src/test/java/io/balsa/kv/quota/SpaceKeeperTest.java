package io.balsa.kv.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.SpaceCost;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.AlarmRequest;
import io.balsa.kv.proto.AlarmType;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.request.ImmediateReplica;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.Alarm;
import io.balsa.kv.state.KvResult;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.kv.state.ReadView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One member and its store on the heap, measured when the test says so. */
class SpaceKeeperTest {
  private static final MemberId SELF = new MemberId(7);
  private static final int VALUE_BYTES = 1000;

  private final KvStateMachine state =
      KvStateMachine.inMemory(KvStateConfig.DEFAULT.withoutBackgroundCompaction());
  private final RequestRouter router =
      new RequestRouter(
          new ImmediateReplica(state),
          1,
          SELF,
          new RequestRouter.Limits(1 << 20, Duration.ofSeconds(5)));
  private final Disk disk = new Disk();
  private final List<SpaceKeeper> keepers = new ArrayList<>();

  @AfterEach
  void close() {
    keepers.forEach(SpaceKeeper::close);
    router.close();
    state.close();
  }

  @Test
  void aPutThatFillsTheStoreUpToTheQuotaIsRefusedAndOneByteLessIsNot() {
    long sizeAfter = state.dbSize() + SpaceCost.of(put("a"));
    SpaceKeeper above = keeper(sizeAfter + 1, false);
    assertThat(above.refusal(put("a"))).isEmpty();
    SpaceKeeper at = keeper(sizeAfter, false);
    assertThat(at.refusal(put("a"))).contains(KvError.NO_SPACE);
    assertThat(noSpaceRaised()).isTrue();
    assertThat(above.refusal(put("a"))).as("through any member").contains(KvError.NO_SPACE);
  }

  @Test
  void aQuotaThatIsExceededByOneByteRefusesToo() {
    long sizeAfter = state.dbSize() + SpaceCost.of(put("a"));
    assertThat(keeper(sizeAfter - 1, false).refusal(put("a"))).contains(KvError.NO_SPACE);
  }

  @Test
  void whatWasLetInSinceTheLastLookCounts() {
    long cost = SpaceCost.of(put("a"));
    SpaceKeeper keeper = keeper(state.dbSize() + 2 * cost + 1, false);
    assertThat(keeper.refusal(put("a"))).isEmpty();
    assertThat(keeper.refusal(put("a"))).isEmpty();
    assertThat(keeper.refusal(put("a"))).contains(KvError.NO_SPACE);
  }

  @Test
  void aPutIsNotRefusedForWhatTheStoreHeldLast() {
    SpaceKeeper keeper = fill(50_000);
    done(alarm(AlarmRequest.AlarmAction.DEACTIVATE));
    done(delete());
    done(compact());
    while (state.compactStep()) {
      assertThat(noSpaceRaised()).isFalse();
    }
    assertThat(keeper.refusal(put("at once"))).isEmpty();
  }

  @Test
  void withoutSpaceNothingReachesTheLogButWhatMakesRoom() {
    fill(50_000);
    long before = state.lastApplied().index();
    refused(put("z"));
    refused(
        KvCommand.newBuilder().setLeaseGrant(LeaseGrantRequest.newBuilder().setID(1).setTTL(60)));
    assertThat(state.lastApplied().index()).isEqualTo(before);
    done(delete());
    done(compact());
  }

  @Test
  void aNegativeQuotaIsNone() {
    SpaceKeeper keeper = keeper(-1, false);
    assertThat(keeper.refusal(put("a"))).isEmpty();
    keeper.measure();
    assertThat(noSpaceRaised()).isFalse();
  }

  @Test
  void aStoreThatOthersHaveFilledIsNoticedByMeasuring() {
    SpaceKeeper keeper = keeper(10_000, false);
    router.setAdmission(keeper(-1, false));
    for (int i = 0; i < 20; i++) {
      done(put("" + i));
    }
    assertThat(noSpaceRaised()).isFalse();
    keeper.measure();
    assertThat(noSpaceRaised()).isTrue();
  }

  @Test
  void theAlarmGoesWhenThereIsRoomAgain() {
    SpaceKeeper keeper = fill(50_000);
    keeper.measure();
    assertThat(noSpaceRaised()).as("still full").isTrue();
    done(delete());
    keeper.measure();
    assertThat(noSpaceRaised()).as("history is still there").isTrue();
    done(compact());
    while (state.compactStep()) {
      assertThat(noSpaceRaised()).isTrue();
    }
    keeper.measure();
    assertThat(noSpaceRaised()).isFalse();
    done(put("again"));
  }

  @Test
  void itStaysWhileTheStoreIsBarelyBelowTheQuota() {
    SpaceKeeper keeper = fill(50_000);
    SpaceKeeper barely = keeper(state.dbSize() * 10 / 9 - 10, false);
    barely.measure();
    assertThat(noSpaceRaised()).isTrue();
    keeper(state.dbSize() * 10 / 9 + 20, false).measure();
    assertThat(noSpaceRaised()).isFalse();
    keeper.measure();
  }

  @Test
  void disarmedByHandItStaysUntilAnOperatorLowersIt() {
    SpaceKeeper keeper = fill(50_000);
    SpaceKeeper manual = keeper(1_000_000, true);
    manual.measure();
    assertThat(noSpaceRaised()).isTrue();
    done(alarm(AlarmRequest.AlarmAction.DEACTIVATE));
    assertThat(noSpaceRaised()).isFalse();
    assertThat(keeper.refusal(put("z"))).as("it is still full").contains(KvError.NO_SPACE);
    assertThat(noSpaceRaised()).isTrue();
  }

  @Test
  void anOperatorsAlarmIsTheOperators() {
    done(alarm(AlarmRequest.AlarmAction.ACTIVATE));
    keeper(1_000_000, false).measure();
    assertThat(state.alarms().find(SELF.value(), AlarmType.NOSPACE))
        .hasValueSatisfying(
            alarm -> assertThat(alarm.raisedBy()).isEqualTo(Alarm.RaisedBy.OPERATOR));
  }

  /** A keeper that lets puts of one key in until the store is full, of its history most of all. */
  /** A disk with a reserve of 1,000,000 bytes. */
  private static final class Disk implements DiskRoom {
    long usable = Long.MAX_VALUE;

    @Override
    public long usableBytes() {
      return usable;
    }

    @Override
    public long reserveBytes() {
      return 1_000_000;
    }
  }

  @Test
  void aDiskThatFillsUpRefusesPutsServesReadsRaisesTheAlarmAndHeals() {
    SpaceKeeper keeper = keeper(0, false);
    router.setAdmission(keeper);
    done(put("a"));

    disk.usable = 1_000_000;
    keeper.measure();

    assertThat(noSpaceRaised()).isTrue();
    assertThatThrownBy(() -> router.propose(put("b")).join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(KvException.class)
        .hasMessageContaining("database space exceeded");
    try (ReadView view = state.view()) {
      assertThat(view.currentRevision()).isEqualTo(2);
    }
    done(delete());

    disk.usable = 1_200_000;
    keeper.measure();
    assertThat(noSpaceRaised()).as("it would be raised again by the next put").isTrue();

    disk.usable = 2_000_000;
    keeper.measure();
    assertThat(noSpaceRaised()).isFalse();
    done(put("c"));
  }

  @Test
  void whatWasLetInSinceTheDiskWasMeasuredCounts() {
    disk.usable = 1_000_000 + 9 * SpaceCost.of(put("a"));
    SpaceKeeper keeper = keeper(0, false);
    assertThat(keeper.refusal(put("a"))).isEmpty();
    assertThat(keeper.refusal(put("a"))).isEmpty();
    assertThat(keeper.refusal(put("a"))).contains(KvError.NO_SPACE);
  }

  private SpaceKeeper fill(long quotaBytes) {
    SpaceKeeper keeper = keeper(quotaBytes, false);
    router.setAdmission(keeper);
    while (!noSpaceRaised()) {
      var unused = router.propose(put("a")).exceptionally(failure -> null).join();
      keeper.measure();
    }
    return keeper;
  }

  private SpaceKeeper keeper(long quotaBytes, boolean manualDisarm) {
    SpaceKeeper keeper =
        new SpaceKeeper(state, router, SELF, SpaceConfig.of(quotaBytes, manualDisarm), disk);
    keepers.add(keeper);
    return keeper;
  }

  private boolean noSpaceRaised() {
    return state.alarms().find(SELF.value(), AlarmType.NOSPACE).isPresent();
  }

  private void done(KvCommand.Builder command) {
    assertThat(router.propose(command).join()).isInstanceOf(KvResult.Ok.class);
  }

  private void refused(KvCommand.Builder command) {
    assertThatThrownBy(() -> router.propose(command).join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            KvException.class, e -> assertThat(e.error()).isEqualTo(KvError.NO_SPACE));
  }

  private static KvCommand.Builder put(String key) {
    return KvCommand.newBuilder()
        .setPut(
            PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFrom(new byte[VALUE_BYTES])));
  }

  private static KvCommand.Builder delete() {
    ByteString zero = ByteString.copyFrom(new byte[1]);
    return KvCommand.newBuilder()
        .setDeleteRange(DeleteRangeRequest.newBuilder().setKey(zero).setRangeEnd(zero));
  }

  private KvCommand.Builder compact() {
    return KvCommand.newBuilder()
        .setCompaction(
            CompactionRequest.newBuilder().setRevision(state.events().currentRevision()));
  }

  private static KvCommand.Builder alarm(AlarmRequest.AlarmAction action) {
    return KvCommand.newBuilder()
        .setAlarm(
            AlarmRequest.newBuilder()
                .setAction(action)
                .setMemberID(SELF.value())
                .setAlarm(AlarmType.NOSPACE));
  }
}
