package io.balsa.kv.state;

import static io.balsa.kv.state.KvFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.LeaseExpire;
import io.balsa.kv.command.LeaseRemainders;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.LeaseCheckpoint;
import io.balsa.kv.proto.LeaseGrantResponse;
import io.balsa.kv.proto.LeaseRevokeRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Leases, one test per sentence of the rules. */
class LeaseRulesTest {
  private final KvFixture kv = new KvFixture();

  @AfterEach
  void close() {
    kv.close();
  }

  @Test
  void aLeaseIsGrantedOnceAndNotForEver() {
    assertThat(((LeaseGrantResponse) kv.grant(7, 60)).getTTL()).isEqualTo(60);
    assertThat(kv.grant(7, 60)).isEqualTo(KvError.LEASE_EXISTS);
    assertThat(kv.grant(8, 9_000_000_001L)).isEqualTo(KvError.LEASE_TTL_TOO_LARGE);
    assertThat(kv.machine.leases().all()).containsExactly(new LeaseRecord(7, 60, 0));
  }

  @Test
  void aPutMovesAKeyFromLeaseToLeaseAndADeleteDetachesIt() {
    kv.grant(1, 60);
    kv.grant(2, 60);
    kv.put("a", "1", 1);
    kv.put("b", "1", 1);
    kv.put("a", "2", 2);
    assertThat(kv.machine.leases().keys(1)).containsExactly(bytes("b"));
    assertThat(kv.machine.leases().keys(2)).containsExactly(bytes("a"));
    kv.put("a", "3");
    kv.delete("b");
    assertThat(kv.machine.leases().keys(1)).isEmpty();
    assertThat(kv.machine.leases().keys(2)).isEmpty();
  }

  @Test
  void aRevokedLeaseTakesItsKeysInKeyOrderInOneRevision() {
    kv.grant(1, 60);
    kv.put("b", "1", 1);
    kv.put("c", "1");
    kv.put("a", "1", 1);
    kv.apply(revoke(1));
    assertThat(kv.history(5)).containsExactly("5 del a was 1", "5 del b was 1");
    assertThat(kv.machine.leases().lookup(1)).isEmpty();
    assertThat(kv.refused(revoke(1))).isEqualTo(KvError.LEASE_NOT_FOUND);
  }

  @Test
  void aLeaseWithoutKeysEndsWithoutARevision() {
    kv.grant(1, 60);
    kv.apply(revoke(1));
    assertThat(kv.revision()).isEqualTo(1);
  }

  @Test
  void severalExpiredLeasesMakeARevisionEach() {
    List<String> heard = new ArrayList<>();
    kv.grant(1, 60);
    kv.grant(2, 60);
    kv.grant(3, 60);
    kv.put("a", "1", 1);
    kv.put("b", "1", 2);
    kv.machine.setListener(
        new ApplyListener() {
          @Override
          public void onLeaseRevoked(long id) {
            heard.add("revoked " + id);
          }

          @Override
          public void onApplied(List<RevisionEvents> revisions, long revision) {
            heard.add(revisions.size() + " revisions to " + revision);
          }
        });
    kv.apply(expire(kv.term, 2, 99, 1, 3));
    assertThat(kv.history(4)).containsExactly("4 del b was 1", "5 del a was 1");
    assertThat(heard).containsExactly("revoked 2", "revoked 1", "revoked 3", "2 revisions to 5");
  }

  @Test
  void whatADeposedLeaderThoughtExpiredStays() {
    kv.grant(1, 60);
    kv.put("a", "1", 1);
    LeaseExpire.Builder expire = LeaseExpire.newBuilder().addIds(1).setTerm(kv.term);
    kv.term++;
    kv.apply(KvCommand.newBuilder().setLeaseExpire(expire));
    assertThat(kv.value("a")).isEqualTo("1");
    assertThat(kv.machine.leases().lookup(1)).isPresent();
  }

  @Test
  void aCheckpointIsRememberedAndRunsFirst() {
    kv.grant(1, 60);
    LeaseCheckpoint.Builder point = LeaseCheckpoint.newBuilder().setID(1).setRemainingTTL(20);
    LeaseCheckpoint.Builder unknown = LeaseCheckpoint.newBuilder().setID(2).setRemainingTTL(20);
    kv.apply(
        KvCommand.newBuilder()
            .setLeaseCheckpoint(
                LeaseRemainders.newBuilder()
                    .setTerm(kv.term)
                    .addCheckpoints(unknown)
                    .addCheckpoints(point)));
    assertThat(kv.machine.leases().all()).containsExactly(new LeaseRecord(1, 60, 20));
    assertThat(kv.machine.leases().all().get(0).ttlToRun()).isEqualTo(20);
  }

  @Test
  void whatADeposedLeaderThoughtWasLeftIsIgnored() {
    kv.grant(1, 60);
    LeaseCheckpoint.Builder point = LeaseCheckpoint.newBuilder().setID(1).setRemainingTTL(20);
    LeaseRemainders.Builder stale =
        LeaseRemainders.newBuilder().setTerm(kv.term).addCheckpoints(point);
    kv.term++;
    kv.apply(KvCommand.newBuilder().setLeaseCheckpoint(stale));
    assertThat(kv.machine.leases().all()).containsExactly(new LeaseRecord(1, 60, 0));
  }

  private static KvCommand.Builder revoke(long id) {
    return KvCommand.newBuilder().setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(id));
  }

  private static KvCommand.Builder expire(long term, long... ids) {
    LeaseExpire.Builder expire = LeaseExpire.newBuilder().setTerm(term);
    for (long id : ids) {
      expire.addIds(id);
    }
    return KvCommand.newBuilder().setLeaseExpire(expire);
  }
}
