package io.balsa.kv.auth;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.Caller;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.proto.AuthEnableRequest;
import io.balsa.kv.proto.AuthRoleAddRequest;
import io.balsa.kv.proto.AuthRoleGrantPermissionRequest;
import io.balsa.kv.proto.AuthUserAddRequest;
import io.balsa.kv.proto.AuthUserGrantRoleRequest;
import io.balsa.kv.proto.Permission;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Short words for commands about users and roles, and for states that they make. */
public final class Auths {
  private Auths() {}

  public static ByteString bytes(String latin1) {
    return ByteString.copyFrom(latin1, StandardCharsets.ISO_8859_1);
  }

  public static KvCommand.Builder userAdd(String name) {
    return KvCommand.newBuilder()
        .setUserAdd(AuthUserAddRequest.newBuilder().setName(name).setHashedPassword("#" + name));
  }

  public static KvCommand.Builder roleAdd(String name) {
    return KvCommand.newBuilder().setRoleAdd(AuthRoleAddRequest.newBuilder().setName(name));
  }

  public static KvCommand.Builder grantRole(String user, String role) {
    return KvCommand.newBuilder()
        .setUserGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role));
  }

  public static KvCommand.Builder grant(String role, Permission.Type type, String key, String end) {
    return KvCommand.newBuilder()
        .setRoleGrantPermission(
            AuthRoleGrantPermissionRequest.newBuilder()
                .setName(role)
                .setPerm(
                    Permission.newBuilder()
                        .setPermType(type)
                        .setKey(bytes(key))
                        .setRangeEnd(bytes(end))));
  }

  public static KvCommand.Builder enable() {
    return KvCommand.newBuilder().setAuthEnable(AuthEnableRequest.getDefaultInstance());
  }

  /** Root, who may do everything, and switching on. */
  public static List<KvCommand.Builder> rootAndEnable() {
    return List.of(userAdd("root"), grantRole("root", "root"), enable());
  }

  public static Caller caller(String user, long authRevision) {
    return Caller.newBuilder().setUser(user).setAuthRevision(authRevision).build();
  }

  static AuthState after(AuthState before, List<KvCommand.Builder> commands) {
    AuthState state = before;
    for (KvCommand.Builder command : commands) {
      state = AuthChange.of(command.build(), state);
    }
    return state;
  }

  static AuthState after(AuthState before, KvCommand.Builder... commands) {
    return after(before, List.of(commands));
  }
}
