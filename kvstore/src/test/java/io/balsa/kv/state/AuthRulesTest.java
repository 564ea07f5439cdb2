package io.balsa.kv.state;

import static io.balsa.kv.auth.Auths.caller;
import static io.balsa.kv.auth.Auths.grant;
import static io.balsa.kv.auth.Auths.grantRole;
import static io.balsa.kv.auth.Auths.roleAdd;
import static io.balsa.kv.auth.Auths.rootAndEnable;
import static io.balsa.kv.auth.Auths.userAdd;
import static io.balsa.kv.state.KvFixture.bytes;
import static io.balsa.kv.state.KvFixture.putOp;
import static io.balsa.kv.state.KvFixture.putRequest;
import static io.balsa.kv.state.KvFixture.rangeOp;
import static io.balsa.kv.state.KvFixture.txnOp;
import static io.balsa.kv.state.KvFixture.txnRequest;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.CommandDone;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.LeaseExpire;
import io.balsa.kv.command.MemberPublish;
import io.balsa.kv.command.MembersFound;
import io.balsa.kv.command.TokenIssue;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.AuthDisableRequest;
import io.balsa.kv.proto.AuthRoleDeleteRequest;
import io.balsa.kv.proto.AuthUserChangePasswordRequest;
import io.balsa.kv.proto.AuthUserDeleteRequest;
import io.balsa.kv.proto.AuthUserRevokeRoleRequest;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseGrantResponse;
import io.balsa.kv.proto.LeaseRevokeRequest;
import io.balsa.kv.proto.LeaseRevokeResponse;
import io.balsa.kv.proto.Member;
import io.balsa.kv.proto.Permission;
import io.balsa.kv.proto.PutResponse;
import io.balsa.kv.proto.RequestOp;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands are judged where they are applied, by the users and roles of that place. */
class AuthRulesTest {
  private final KvFixture kv = new KvFixture();

  @AfterEach
  void close() {
    kv.close();
  }

  private Object as(String user, KvCommand.Builder command) {
    return kv.apply(command.setCaller(caller(user, kv.machine.auth().revision())));
  }

  private static KvCommand.Builder put(String key) {
    return KvCommand.newBuilder().setPut(putRequest(key, "v"));
  }

  private void switchOn() {
    for (KvCommand.Builder command :
        List.of(
            userAdd("u"),
            roleAdd("r"),
            grantRole("u", "r"),
            grant("r", Permission.Type.READWRITE, "u/", "u0"))) {
      assertThat(kv.apply(command)).isInstanceOf(CommandDone.class);
    }
    for (KvCommand.Builder command : rootAndEnable()) {
      assertThat(kv.apply(command)).isInstanceOf(CommandDone.class);
    }
  }

  @Test
  void usersAndRolesMakeNoRevision() {
    kv.put("a", "1");
    long revision = kv.revision();
    switchOn();
    assertThat(kv.revision()).isEqualTo(revision);
    assertThat(kv.machine.auth().enabled()).isTrue();
    assertThat(kv.history(1)).containsExactly("2 put a=1");
  }

  @Test
  void whileOffNobodyIsAskedWhoTheyAre() {
    assertThat(kv.apply(put("a").setCaller(caller("ghost", 0)))).isInstanceOf(PutResponse.class);
  }

  @Test
  void aCommandWithoutACallerIsRefusedOnceItIsOn() {
    assertThat(kv.apply(put("u/a"))).isInstanceOf(PutResponse.class);
    switchOn();
    assertThat(kv.apply(put("u/a"))).isEqualTo(KvError.USER_EMPTY);
    assertThat(kv.apply(put("u/a").setCaller(caller("ghost", 99))))
        .isEqualTo(KvError.PERMISSION_DENIED);
    assertThat(kv.get("u/a", 0).getVersion()).isEqualTo(1);
  }

  @Test
  void whatMembersProposeOfTheirOwnNeedsNoCaller() {
    switchOn();
    assertThat(
            kv.apply(
                KvCommand.newBuilder()
                    .setMembersFound(
                        MembersFound.newBuilder().addMembers(Member.newBuilder().setID(5)))))
        .isInstanceOf(CommandDone.class);
    assertThat(
            kv.apply(KvCommand.newBuilder().setMemberPublish(MemberPublish.newBuilder().setId(5))))
        .isInstanceOf(CommandDone.class);
    assertThat(as("u", leaseGrant(7))).isInstanceOf(LeaseGrantResponse.class);
    KvCommand.Builder onLease = KvCommand.newBuilder().setPut(putRequest("u/a", "v").setLease(7));
    assertThat(as("u", onLease)).isInstanceOf(PutResponse.class);
    assertThat(
            kv.apply(
                KvCommand.newBuilder()
                    .setLeaseExpire(LeaseExpire.newBuilder().addIds(7).setTerm(kv.term))))
        .isInstanceOf(CommandDone.class);
    assertThat(kv.get("u/a", 0).getVersion()).isZero();
  }

  private static KvCommand.Builder leaseGrant(long id) {
    return KvCommand.newBuilder()
        .setLeaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(60));
  }

  private static KvCommand.Builder leaseRevoke(long id) {
    return KvCommand.newBuilder().setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(id));
  }

  @Test
  void aUserChangesWhatTheirRolesAllowAndRootEverything() {
    switchOn();
    assertThat(as("u", put("u/a"))).isInstanceOf(PutResponse.class);
    assertThat(as("u", put("v"))).isEqualTo(KvError.PERMISSION_DENIED);
    assertThat(as("root", put("v"))).isInstanceOf(PutResponse.class);
    KvCommand.Builder compact =
        KvCommand.newBuilder().setCompaction(CompactionRequest.newBuilder().setRevision(2));
    assertThat(as("u", compact)).isEqualTo(KvError.PERMISSION_DENIED);
    for (KvCommand.Builder management :
        List.of(
            userAdd("w"),
            roleAdd("s"),
            grantRole("u", "root"),
            grant("r", Permission.Type.READ, "v", ""),
            KvCommand.newBuilder().setAuthDisable(AuthDisableRequest.getDefaultInstance()))) {
      assertThat(as("u", management)).isEqualTo(KvError.PERMISSION_DENIED);
    }
    assertThat(as("root", userAdd("w"))).isInstanceOf(CommandDone.class);
  }

  @Test
  void aTransactionWithOneForbiddenOperationDoesNothing() {
    switchOn();
    TxnRequest hidden = txnRequest(txnOp(txnRequest(rangeOp("v", 0))));
    RequestOp nested = txnOp(hidden);
    TxnRequest txn = txnRequest(putOp("u/a", "1"), nested);
    assertThat(as("u", KvCommand.newBuilder().setTxn(txn))).isEqualTo(KvError.PERMISSION_DENIED);
    assertThat(kv.get("u/a", 0).getVersion()).isZero();
  }

  @Test
  void aLeaseWithForeignKeysIsNotTheUsersToUseOrRevoke() {
    switchOn();
    assertThat(as("u", leaseGrant(7))).isInstanceOf(LeaseGrantResponse.class);
    assertThat(as("root", KvCommand.newBuilder().setPut(putRequest("v", "1").setLease(7))))
        .isInstanceOf(PutResponse.class);
    assertThat(as("u", KvCommand.newBuilder().setPut(putRequest("u/a", "1").setLease(7))))
        .isEqualTo(KvError.PERMISSION_DENIED);
    assertThat(as("u", leaseRevoke(7))).isEqualTo(KvError.PERMISSION_DENIED);
    assertThat(as("root", leaseRevoke(7))).isInstanceOf(LeaseRevokeResponse.class);
    assertThat(as("u", leaseRevoke(7))).isEqualTo(KvError.LEASE_NOT_FOUND);
  }

  @Test
  void whatWasAllowedWhenProposedIsRefusedIfARoleWasTakenBefore() {
    switchOn();
    long then = kv.machine.auth().revision();
    assertThat(
            as(
                "root",
                KvCommand.newBuilder()
                    .setUserRevokeRole(
                        AuthUserRevokeRoleRequest.newBuilder().setName("u").setRole("r"))))
        .isInstanceOf(CommandDone.class);
    assertThat(kv.apply(put("u/a").setCaller(caller("u", then))))
        .isEqualTo(KvError.PERMISSION_DENIED);
  }

  @Test
  void whoWasBelievedBeforeTheirPasswordChangedIsNotAnyMore() {
    switchOn();
    long then = kv.machine.auth().revision();
    assertThat(
            as(
                "root",
                KvCommand.newBuilder()
                    .setUserChangePassword(
                        AuthUserChangePasswordRequest.newBuilder()
                            .setName("u")
                            .setHashedPassword("#new"))))
        .isInstanceOf(CommandDone.class);
    assertThat(kv.apply(put("u/a").setCaller(caller("u", then))))
        .isEqualTo(KvError.AUTH_OLD_REVISION);
    KvCommand.Builder late =
        KvCommand.newBuilder()
            .setTokenIssue(TokenIssue.newBuilder().setUser("u").setAuthRevision(then));
    assertThat(kv.apply(late)).isEqualTo(KvError.AUTH_FAILED);
    assertThat(as("u", put("u/a"))).isInstanceOf(PutResponse.class);
  }

  @Test
  void aChangeCountsForTheNextCommandOfTheSameBatch() {
    switchOn();
    long then = kv.machine.auth().revision();
    List<KvResult> results =
        applyTogether(
            grant("r", Permission.Type.WRITE, "v", "").setCaller(caller("root", then)),
            put("v").setCaller(caller("u", then)),
            KvCommand.newBuilder()
                .setAuthDisable(AuthDisableRequest.getDefaultInstance())
                .setCaller(caller("root", then)),
            put("w"));
    assertThat(results).allMatch(result -> result instanceof KvResult.Ok);
  }

  private List<KvResult> applyTogether(KvCommand.Builder... commands) {
    List<Entry> entries = new ArrayList<>();
    long index = kv.machine.lastApplied().index();
    for (KvCommand.Builder command : commands) {
      entries.add(Entry.command(new EntryId(kv.term, ++index), CommandCodec.encode(command)));
    }
    return kv.machine.applyAll(entries, entries.get(entries.size() - 1).id());
  }

  @Test
  void tokensAreAnnouncedAndNotStored() {
    switchOn();
    List<TokenIssue> heard = new ArrayList<>();
    kv.machine.setListener(
        new ApplyListener() {
          @Override
          public void onTokenIssued(TokenIssue token) {
            heard.add(token);
          }
        });
    TokenIssue token =
        TokenIssue.newBuilder()
            .setDigest(bytes("digest"))
            .setUser("u")
            .setAuthRevision(kv.machine.auth().revision())
            .build();
    assertThat(kv.apply(KvCommand.newBuilder().setTokenIssue(token)))
        .isInstanceOf(CommandDone.class);
    assertThat(heard).containsExactly(token);
    assertThat(
            as(
                "root",
                KvCommand.newBuilder().setAuthDisable(AuthDisableRequest.getDefaultInstance())))
        .isInstanceOf(CommandDone.class);
    assertThat(kv.apply(KvCommand.newBuilder().setTokenIssue(token)))
        .isEqualTo(KvError.AUTH_NOT_ENABLED);
  }

  @Test
  void aSnapshotBringsUsersAndRolesAndTakesThoseThatWereThere() throws IOException {
    switchOn();
    try (KvFixture other = new KvFixture()) {
      Object unused = other.apply(userAdd("stranger"));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (Snapshot snapshot = kv.machine.capture()) {
        snapshot.writeTo(new DataOutputStream(out));
      }
      EntryId last = kv.machine.lastApplied();
      other.machine.restore(
          new SnapshotMeta(last, new MembershipEntry(EntryId.ZERO, Membership.NONE)),
          new DataInputStream(new ByteArrayInputStream(out.toByteArray())));
      assertThat(other.machine.auth().users()).isEqualTo(kv.machine.auth().users());
      assertThat(other.machine.auth().roles()).isEqualTo(kv.machine.auth().roles());
      assertThat(other.machine.auth().settings()).isEqualTo(kv.machine.auth().settings());
      assertThat(other.apply(put("u/a"))).isEqualTo(KvError.USER_EMPTY);
    }
  }

  @Test
  void usersAndRolesAreThereAfterARestartAndDeletedOnesAreNot(@TempDir Path dir) {
    EntryId last = EntryId.ZERO;
    try (KvStateMachine state = KvStateMachine.open(dir, KvFixture.CONFIG)) {
      List<KvCommand.Builder> commands =
          new ArrayList<>(List.of(userAdd("u"), roleAdd("r"), roleAdd("s"), grantRole("u", "r")));
      commands.add(
          KvCommand.newBuilder().setUserDelete(AuthUserDeleteRequest.newBuilder().setName("u")));
      commands.add(
          KvCommand.newBuilder().setRoleDelete(AuthRoleDeleteRequest.newBuilder().setRole("r")));
      commands.addAll(rootAndEnable());
      for (KvCommand.Builder command : commands) {
        last = new EntryId(1, last.index() + 1);
        KvResult done = state.apply(last, CommandCodec.encode(command));
        assertThat(done).isInstanceOf(KvResult.Ok.class);
      }
      assertThat(state.flush()).isEqualTo(last);
    }
    try (KvStateMachine state = KvStateMachine.open(dir, KvFixture.CONFIG)) {
      assertThat(state.auth().enabled()).isTrue();
      assertThat(state.auth().users()).containsOnlyKeys("root");
      assertThat(state.auth().roles()).containsOnlyKeys("s");
      assertThat(state.auth().revision()).isEqualTo(9);
      assertThat(state.auth().user("root").orElseThrow().getPassword())
          .isEqualTo(ByteString.copyFromUtf8("#root"));
    }
  }
}
