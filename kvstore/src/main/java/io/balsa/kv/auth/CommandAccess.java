package io.balsa.kv.auth;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.KvCommand;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Whether a command from the log may be done, by the users and roles at that place of the log. Whatever the member that
 * proposed it knew of them is of no account, so a permission that was taken away is gone for every later command.
 * Stateless; any thread.
 */
public final class CommandAccess {
  private CommandAccess() {}

  /**
   * To be asked while authentication is on.
   *
   * @param leaseKeys the keys that are attached to a lease
   * @throws io.balsa.kv.model.KvException if the caller may not, or is nobody
   */
  public static void check(
      KvCommand command, AuthState auth, LongFunction<List<ByteString>> leaseKeys) {
    switch (command.getBodyCase()) {
      case PUT -> access(command, auth).put(command.getPut(), leaseKeys);
      case DELETE_RANGE -> access(command, auth).deleteRange(command.getDeleteRange());
      case TXN -> access(command, auth).txn(command.getTxn(), leaseKeys);
      case LEASE_REVOKE ->
          access(command, auth).writeKeys(leaseKeys.apply(command.getLeaseRevoke().getID()));
      case LEASE_GRANT -> {
        Access unused = access(command, auth); // Any user may.
      }
      case COMPACTION,
          ALARM,
          DOWNGRADE,
          MEMBER_ADD,
          MEMBER_REMOVE,
          MEMBER_UPDATE,
          MEMBER_PROMOTE,
          AUTH_ENABLE,
          AUTH_DISABLE,
          USER_ADD,
          USER_DELETE,
          USER_CHANGE_PASSWORD,
          USER_GRANT_ROLE,
          USER_REVOKE_ROLE,
          ROLE_ADD,
          ROLE_DELETE,
          ROLE_GRANT_PERMISSION,
          ROLE_REVOKE_PERMISSION ->
          access(command, auth).requireRoot();
      // The members' own; no client can propose them.
      case LEASE_EXPIRE,
          LEASE_CHECKPOINT,
          MEMBERS_FOUND,
          MEMBER_LEFT,
          MEMBER_REPLACE,
          MEMBER_PUBLISH,
          SPACE_REPORT,
          TOKEN_ISSUE,
          BODY_NOT_SET -> {}
    }
  }

  private static Access access(KvCommand command, AuthState auth) {
    return Access.of(auth, command.hasCaller() ? command.getCaller() : null);
  }
}
