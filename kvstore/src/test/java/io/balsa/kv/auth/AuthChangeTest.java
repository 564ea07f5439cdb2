package io.balsa.kv.auth;

import static io.balsa.kv.auth.Auths.after;
import static io.balsa.kv.auth.Auths.bytes;
import static io.balsa.kv.auth.Auths.caller;
import static io.balsa.kv.auth.Auths.enable;
import static io.balsa.kv.auth.Auths.grant;
import static io.balsa.kv.auth.Auths.grantRole;
import static io.balsa.kv.auth.Auths.roleAdd;
import static io.balsa.kv.auth.Auths.rootAndEnable;
import static io.balsa.kv.auth.Auths.userAdd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.command.KvCommand;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.AuthDisableRequest;
import io.balsa.kv.proto.AuthRoleDeleteRequest;
import io.balsa.kv.proto.AuthRoleGrantPermissionRequest;
import io.balsa.kv.proto.AuthRoleRevokePermissionRequest;
import io.balsa.kv.proto.AuthUserChangePasswordRequest;
import io.balsa.kv.proto.AuthUserDeleteRequest;
import io.balsa.kv.proto.AuthUserRevokeRoleRequest;
import io.balsa.kv.proto.Permission;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What each command does, and what etcd refuses. */
final class AuthChangeTest {
  private static final Permission.Type READ = Permission.Type.READ;

  private static KvCommand.Builder disable() {
    return KvCommand.newBuilder().setAuthDisable(AuthDisableRequest.getDefaultInstance());
  }

  private static KvCommand.Builder userDelete(String name) {
    return KvCommand.newBuilder().setUserDelete(AuthUserDeleteRequest.newBuilder().setName(name));
  }

  private static KvCommand.Builder changePassword(String name, String hash) {
    return KvCommand.newBuilder()
        .setUserChangePassword(
            AuthUserChangePasswordRequest.newBuilder().setName(name).setHashedPassword(hash));
  }

  private static KvCommand.Builder revokeRole(String user, String role) {
    return KvCommand.newBuilder()
        .setUserRevokeRole(AuthUserRevokeRoleRequest.newBuilder().setName(user).setRole(role));
  }

  private static KvCommand.Builder roleDelete(String role) {
    return KvCommand.newBuilder().setRoleDelete(AuthRoleDeleteRequest.newBuilder().setRole(role));
  }

  private static KvCommand.Builder revoke(String role, String key, String end) {
    return KvCommand.newBuilder()
        .setRoleRevokePermission(
            AuthRoleRevokePermissionRequest.newBuilder()
                .setRole(role)
                .setKey(bytes(key))
                .setRangeEnd(bytes(end)));
  }

  private static void refused(AuthState before, KvCommand.Builder command, KvError error) {
    assertThatThrownBy(() -> after(before, command)).hasMessage(error.text());
  }

  @Test
  void switchingOnNeedsRootWithItsRole() {
    AuthState empty = AuthState.INITIAL;
    refused(empty, enable(), KvError.ROOT_USER_NOT_EXIST);
    AuthState rootOnly = after(empty, userAdd("root"));
    refused(rootOnly, enable(), KvError.ROOT_ROLE_NOT_GRANTED);
    // The role's name is enough: it needn't exist.
    AuthState ready = after(rootOnly, grantRole("root", "root"));
    AuthState on = after(ready, enable());
    assertThat(on.enabled()).isTrue();
    assertThat(on.revision()).as("switching on isn't counted").isEqualTo(ready.revision());
    assertThat(after(on, enable())).isSameAs(on);
    assertThat(after(empty, disable())).isSameAs(empty);
  }

  @Test
  void theAuthRevisionBeginsAtOneAndCountsChanges() {
    assertThat(AuthState.INITIAL.revision()).isEqualTo(1);
    AuthState three = after(AuthState.INITIAL, userAdd("u"), roleAdd("r"), grantRole("u", "r"));
    assertThat(three.revision()).isEqualTo(4);
    assertThat(after(three, grantRole("u", "r"))).as("granted twice").isSameAs(three);
  }

  @Test
  void usersAreUniqueAndHaveNames() {
    AuthState one = after(AuthState.INITIAL, userAdd("u"));
    refused(one, userAdd(""), KvError.USER_EMPTY);
    refused(one, userAdd("u"), KvError.USER_EXISTS);
    refused(one, userDelete("v"), KvError.USER_NOT_FOUND);
    refused(one, changePassword("v", "#"), KvError.USER_NOT_FOUND);
    refused(one, grantRole("v", "root"), KvError.USER_NOT_FOUND);
    refused(one, revokeRole("v", "root"), KvError.USER_NOT_FOUND);
    assertThat(after(one, userDelete("u")).users()).isEmpty();
  }

  @Test
  void rolesAreUniqueAndHaveNames() {
    AuthState one = after(AuthState.INITIAL, roleAdd("r"), userAdd("u"));
    refused(one, roleAdd(""), KvError.ROLE_EMPTY);
    refused(one, roleAdd("r"), KvError.ROLE_EXISTS);
    refused(one, roleDelete("s"), KvError.ROLE_NOT_FOUND);
    refused(one, grantRole("u", "s"), KvError.ROLE_NOT_FOUND);
    refused(one, revokeRole("u", "r"), KvError.ROLE_NOT_GRANTED);
  }

  @Test
  void aRoleThatIsDeletedIsTakenFromItsUsers() {
    AuthState before =
        after(
            AuthState.INITIAL,
            userAdd("u"),
            userAdd("v"),
            roleAdd("r"),
            roleAdd("s"),
            grantRole("u", "s"),
            grantRole("u", "r"));
    AuthState after = after(before, roleDelete("r"));
    assertThat(after.user("u").orElseThrow().getRolesList()).containsExactly("s");
    assertThat(after.users().get("v")).isSameAs(before.users().get("v"));
  }

  @Test
  void permissionsAreSortedAndOneForEachRange() {
    AuthState state =
        after(
            AuthState.INITIAL,
            roleAdd("r"),
            grant("r", READ, "k", "m"),
            grant("r", READ, "k", ""),
            grant("r", READ, "a", "\0"),
            grant("r", Permission.Type.WRITE, "k", "m"));
    List<Permission> held = state.role("r").orElseThrow().getKeyPermissionList();
    assertThat(held).extracting(p -> p.getKey().toStringUtf8()).containsExactly("a", "k", "k");
    assertThat(held.get(2).getPermType()).isEqualTo(Permission.Type.WRITE);
    refused(state, revoke("r", "k", "l"), KvError.PERMISSION_NOT_GRANTED);
    refused(state, revoke("s", "k", "m"), KvError.ROLE_NOT_FOUND);
    AuthState without = after(state, revoke("r", "k", "m"));
    assertThat(without.role("r").orElseThrow().getKeyPermissionCount()).isEqualTo(2);
  }

  @Test
  void aPermissionIsForKeysThatThereCanBe() {
    AuthState state = after(AuthState.INITIAL, roleAdd("r"));
    refused(
        state,
        KvCommand.newBuilder()
            .setRoleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder().setName("r")),
        KvError.PERMISSION_NOT_GIVEN);
    refused(state, grant("r", READ, "", ""), KvError.INVALID_AUTH_MANAGEMENT);
    refused(state, grant("r", READ, "b", "b"), KvError.INVALID_AUTH_MANAGEMENT);
    refused(state, grant("r", READ, "b", "a"), KvError.INVALID_AUTH_MANAGEMENT);
    refused(state, grant("s", READ, "b", "c"), KvError.ROLE_NOT_FOUND);
  }

  @Test
  void nobodySawsOffTheBranchThatRootSitsOn() {
    AuthState on = after(after(AuthState.INITIAL, roleAdd("root")), rootAndEnable());
    refused(on, userDelete("root"), KvError.INVALID_AUTH_MANAGEMENT);
    refused(on, roleDelete("root"), KvError.INVALID_AUTH_MANAGEMENT);
    refused(on, revokeRole("root", "root"), KvError.INVALID_AUTH_MANAGEMENT);
    AuthState off = after(on, disable());
    assertThat(after(off, roleDelete("root"), userDelete("root")).users()).isEmpty();
  }

  @Test
  void aNewPasswordOrUserEndsTheTrustInTheOldOneAndAChangeOfRolesDoesNot() {
    AuthState on = after(after(AuthState.INITIAL, rootAndEnable()), userAdd("u"), roleAdd("r"));
    long then = on.revision();
    assertThat(on.trusts(caller("u", then))).isTrue();
    assertThat(after(on, grantRole("u", "r")).trusts(caller("u", then))).isTrue();
    AuthState changed = after(on, changePassword("u", "#2"));
    assertThat(changed.trusts(caller("u", then))).isFalse();
    assertThat(changed.trusts(caller("u", changed.revision()))).isTrue();
    assertThat(changed.trusts(caller("root", then))).as("another user").isTrue();
    assertThat(after(on, userDelete("u")).trusts(caller("u", then))).isFalse();
    assertThat(after(on, userDelete("u"), userAdd("u")).trusts(caller("u", then))).isFalse();
    assertThat(after(on, disable(), enable()).trusts(caller("root", then))).isFalse();
  }
}
