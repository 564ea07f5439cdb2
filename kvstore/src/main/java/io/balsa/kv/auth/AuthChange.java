package io.balsa.kv.auth;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.UserRow;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.AuthRoleAddRequest;
import io.balsa.kv.proto.AuthRoleDeleteRequest;
import io.balsa.kv.proto.AuthRoleGrantPermissionRequest;
import io.balsa.kv.proto.AuthRoleRevokePermissionRequest;
import io.balsa.kv.proto.AuthUserAddRequest;
import io.balsa.kv.proto.AuthUserChangePasswordRequest;
import io.balsa.kv.proto.AuthUserDeleteRequest;
import io.balsa.kv.proto.AuthUserGrantRoleRequest;
import io.balsa.kv.proto.AuthUserRevokeRoleRequest;
import io.balsa.kv.proto.Permission;
import io.balsa.kv.proto.Role;
import io.balsa.kv.proto.User;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** What the commands of the Auth service make of users and roles. Stateless; any thread. */
public final class AuthChange {
  private static final Comparator<ByteString> KEY_ORDER =
      ByteString.unsignedLexicographicalComparator();
  private static final Comparator<Permission> PERMISSION_ORDER =
      Comparator.comparing(Permission::getKey, KEY_ORDER)
          .thenComparing(Permission::getRangeEnd, KEY_ORDER);
  private static final ByteString OPEN_END = ByteString.copyFrom(new byte[] {0});

  private final AuthState before;

  private AuthChange(AuthState before) {
    this.before = before;
  }

  /**
   * The state after a command; the same one if there is nothing to change.
   *
   * @throws io.balsa.kv.model.KvException if the command is refused
   */
  public static AuthState of(KvCommand command, AuthState before) {
    AuthChange change = new AuthChange(before);
    return switch (command.getBodyCase()) {
      case AUTH_ENABLE -> change.enable();
      case AUTH_DISABLE -> before.enabled() ? before.withDisabled() : before;
      case USER_ADD -> change.userAdd(command.getUserAdd());
      case USER_DELETE -> change.userDelete(command.getUserDelete());
      case USER_CHANGE_PASSWORD -> change.changePassword(command.getUserChangePassword());
      case USER_GRANT_ROLE -> change.grantRole(command.getUserGrantRole());
      case USER_REVOKE_ROLE -> change.revokeRole(command.getUserRevokeRole());
      case ROLE_ADD -> change.roleAdd(command.getRoleAdd());
      case ROLE_DELETE -> change.roleDelete(command.getRoleDelete());
      case ROLE_GRANT_PERMISSION -> change.grantPermission(command.getRoleGrantPermission());
      case ROLE_REVOKE_PERMISSION -> change.revokePermission(command.getRoleRevokePermission());
      default ->
          throw new IllegalArgumentException(command.getBodyCase() + " changes no users or roles");
    };
  }

  private AuthState enable() {
    if (before.enabled()) {
      return before;
    }
    User root = before.user(AuthState.ROOT).orElseThrow(KvError.ROOT_USER_NOT_EXIST::exception);
    refuseIf(!root.getRolesList().contains(AuthState.ROOT), KvError.ROOT_ROLE_NOT_GRANTED);
    return before.withEnabled();
  }

  private AuthState userAdd(AuthUserAddRequest request) {
    refuseIf(request.getName().isEmpty(), KvError.USER_EMPTY);
    refuseIf(before.user(request.getName()).isPresent(), KvError.USER_EXISTS);
    User.Builder user =
        User.newBuilder()
            .setName(AuthState.bytes(request.getName()))
            .setOptions(request.getOptions());
    if (!request.getOptions().getNoPassword()) {
      user.setPassword(AuthState.bytes(request.getHashedPassword()));
    }
    return before.withUser(trustedFromNow(user));
  }

  private UserRow trustedFromNow(User.Builder user) {
    return UserRow.newBuilder().setUser(user).setTrustedFrom(before.revision() + 1).build();
  }

  private AuthState userDelete(AuthUserDeleteRequest request) {
    refuseIf(
        before.enabled() && request.getName().equals(AuthState.ROOT),
        KvError.INVALID_AUTH_MANAGEMENT);
    UserRow unused = row(request.getName());
    return before.withoutUser(request.getName());
  }

  private AuthState changePassword(AuthUserChangePasswordRequest request) {
    User.Builder user = row(request.getName()).getUser().toBuilder();
    if (!user.getOptions().getNoPassword()) {
      user.setPassword(AuthState.bytes(request.getHashedPassword()));
    }
    return before.withUser(trustedFromNow(user));
  }

  /** A role that the user has already is granted again without a change, as in etcd. */
  private AuthState grantRole(AuthUserGrantRoleRequest request) {
    UserRow row = row(request.getUser());
    String role = request.getRole();
    if (!role.equals(AuthState.ROOT)) {
      Role unused = role(role);
    }
    TreeSet<String> roles = new TreeSet<>(row.getUser().getRolesList());
    if (!roles.add(role)) {
      return before;
    }
    User.Builder user = row.getUser().toBuilder().clearRoles().addAllRoles(roles);
    return before.withUser(row.toBuilder().setUser(user).build());
  }

  private AuthState revokeRole(AuthUserRevokeRoleRequest request) {
    refuseIf(
        before.enabled()
            && request.getName().equals(AuthState.ROOT)
            && request.getRole().equals(AuthState.ROOT),
        KvError.INVALID_AUTH_MANAGEMENT);
    UserRow row = row(request.getName());
    UserRow without = AuthState.withoutRole(row, request.getRole());
    refuseIf(without == row, KvError.ROLE_NOT_GRANTED);
    return before.withUser(without);
  }

  private AuthState roleAdd(AuthRoleAddRequest request) {
    refuseIf(request.getName().isEmpty(), KvError.ROLE_EMPTY);
    refuseIf(before.role(request.getName()).isPresent(), KvError.ROLE_EXISTS);
    return before.withRole(Role.newBuilder().setName(AuthState.bytes(request.getName())).build());
  }

  private AuthState roleDelete(AuthRoleDeleteRequest request) {
    refuseIf(
        before.enabled() && request.getRole().equals(AuthState.ROOT),
        KvError.INVALID_AUTH_MANAGEMENT);
    Role unused = role(request.getRole());
    return before.withoutRole(request.getRole());
  }

  private AuthState grantPermission(AuthRoleGrantPermissionRequest request) {
    refuseIf(!request.hasPerm(), KvError.PERMISSION_NOT_GIVEN);
    Permission given = request.getPerm();
    refuseIf(!isValid(given), KvError.INVALID_AUTH_MANAGEMENT);
    Role role = role(request.getName());
    List<Permission> permissions = without(role, given.getKey(), given.getRangeEnd());
    permissions.add(given);
    permissions.sort(PERMISSION_ORDER);
    return before.withRole(
        role.toBuilder().clearKeyPermission().addAllKeyPermission(permissions).build());
  }

  private static boolean isValid(Permission permission) {
    ByteString end = permission.getRangeEnd();
    return permission.getPermType() != Permission.Type.UNRECOGNIZED
        && !permission.getKey().isEmpty()
        && (end.isEmpty()
            || end.equals(OPEN_END)
            || KEY_ORDER.compare(permission.getKey(), end) < 0);
  }

  private AuthState revokePermission(AuthRoleRevokePermissionRequest request) {
    Role role = role(request.getRole());
    List<Permission> permissions = without(role, request.getKey(), request.getRangeEnd());
    refuseIf(permissions.size() == role.getKeyPermissionCount(), KvError.PERMISSION_NOT_GRANTED);
    return before.withRole(
        role.toBuilder().clearKeyPermission().addAllKeyPermission(permissions).build());
  }

  /** A role's permissions but for the one for exactly these keys. */
  private static List<Permission> without(Role role, ByteString key, ByteString end) {
    List<Permission> others = new ArrayList<>(role.getKeyPermissionList());
    others.removeIf(other -> other.getKey().equals(key) && other.getRangeEnd().equals(end));
    return others;
  }

  private UserRow row(String name) {
    UserRow row = before.users().get(name);
    if (row == null) {
      throw KvError.USER_NOT_FOUND.exception();
    }
    return row;
  }

  private Role role(String name) {
    return before.role(name).orElseThrow(KvError.ROLE_NOT_FOUND::exception);
  }

  private static void refuseIf(boolean broken, KvError error) {
    if (broken) {
      throw error.exception();
    }
  }
}
