package io.balsa.kv.auth;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.Caller;
import io.balsa.kv.command.UserRow;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.Permission;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.Role;
import io.balsa.kv.proto.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What one user may do by one state of users and roles. The methods return if the request is allowed and throw PERMISSION_DENIED
 * if it isn't. Immutable; any thread.
 */
public final class Access {
  /** That of everybody while authentication is off. */
  private static final Access UNRESTRICTED = new Access("", List.of(), true, List.of());

  private final String user;
  private final List<String> roles;
  private final boolean all;
  private final KeySet readable;
  private final KeySet writable;

  private Access(String user, List<String> roles, boolean all, List<Permission> permissions) {
    this.user = user;
    this.roles = roles;
    this.all = all;
    this.readable = keys(permissions, Permission.Type.READ);
    this.writable = keys(permissions, Permission.Type.WRITE);
  }

  private static KeySet keys(List<Permission> permissions, Permission.Type wanted) {
    return new KeySet(
        permissions.stream()
            .filter(
                permission ->
                    permission.getPermType() == wanted
                        || permission.getPermType() == Permission.Type.READWRITE)
            .map(permission -> new KeySet.Range(permission.getKey(), permission.getRangeEnd()))
            .toList());
  }

  /**
   * What a caller may do.
   *
   * @param caller null if the request came without a token
   * @throws io.balsa.kv.model.KvException if it is nobody, or was somebody before something changed about them
   */
  public static Access of(AuthState auth, @Nullable Caller caller) {
    if (!auth.enabled()) {
      return UNRESTRICTED;
    }
    if (caller == null) {
      throw KvError.USER_EMPTY.exception();
    }
    if (auth.user(caller.getUser()).isEmpty()) {
      throw KvError.PERMISSION_DENIED.exception();
    }
    if (!auth.trusts(caller)) {
      throw KvError.AUTH_OLD_REVISION.exception();
    }
    return auth.accessOf(caller.getUser());
  }

  /** Roles that are granted but don't exist open nothing, except {@code root}: its name is enough. */
  static Access of(UserRow row, AuthState auth) {
    List<String> roles = row.getUser().getRolesList();
    List<Permission> permissions = new ArrayList<>();
    for (String name : roles) {
      auth.role(name).map(Role::getKeyPermissionList).ifPresent(permissions::addAll);
    }
    return new Access(
        row.getUser().getName().toStringUtf8(), roles, roles.contains(AuthState.ROOT), permissions);
  }

  /** Whether everything is allowed. */
  public boolean isRoot() {
    return all;
  }

  public void requireRoot() {
    allowIf(all);
  }

  /** Users may ask what roles they have themselves. */
  public void userGet(String asked) {
    allowIf(all || user.equals(asked));
  }

  /** Users may ask what their own roles allow. */
  public void roleGet(String asked) {
    allowIf(all || roles.contains(asked));
  }

  public void read(ByteString key, ByteString end) {
    allowIf(all || readable.covers(key, end));
  }

  public void write(ByteString key, ByteString end) {
    allowIf(all || writable.covers(key, end));
  }

  public void readKeys(List<ByteString> keys) {
    if (!all) {
      keys.forEach(key -> read(key, ByteString.EMPTY));
    }
  }

  /** As for revoking a lease: all that is attached to it goes with it. */
  public void writeKeys(List<ByteString> keys) {
    if (!all) {
      keys.forEach(key -> write(key, ByteString.EMPTY));
    }
  }

  public void range(RangeRequest request) {
    read(request.getKey(), request.getRangeEnd());
  }

  /**
   * Whoever attaches a key to a lease can make other keys of the lease live longer: so they must be the caller's to write.
   *
   * @param leaseKeys the keys that are attached to a lease
   */
  public void put(PutRequest request, LongFunction<List<ByteString>> leaseKeys) {
    if (all) {
      return;
    }
    write(request.getKey(), ByteString.EMPTY);
    if (request.getPrevKv()) {
      read(request.getKey(), ByteString.EMPTY);
    }
    if (request.getLease() != 0) {
      writeKeys(leaseKeys.apply(request.getLease()));
    }
  }

  public void deleteRange(DeleteRangeRequest request) {
    write(request.getKey(), request.getRangeEnd());
    if (request.getPrevKv()) {
      read(request.getKey(), request.getRangeEnd());
    }
  }

  /** Everything in it must be allowed, also what isn't on the path that it takes: which path that is tells something too. */
  public void txn(TxnRequest request, LongFunction<List<ByteString>> leaseKeys) {
    if (all) {
      return;
    }
    for (Compare compare : request.getCompareList()) {
      read(compare.getKey(), compare.getRangeEnd());
    }
    ops(request.getSuccessList(), leaseKeys);
    ops(request.getFailureList(), leaseKeys);
  }

  private void ops(List<RequestOp> ops, LongFunction<List<ByteString>> leaseKeys) {
    for (RequestOp op : ops) {
      switch (op.getRequestCase()) {
        case REQUEST_RANGE -> range(op.getRequestRange());
        case REQUEST_PUT -> put(op.getRequestPut(), leaseKeys);
        case REQUEST_DELETE_RANGE -> deleteRange(op.getRequestDeleteRange());
        case REQUEST_TXN -> txn(op.getRequestTxn(), leaseKeys);
        case REQUEST_NOT_SET -> {} // Does nothing, and is refused for that.
      }
    }
  }

  private static void allowIf(boolean allowed) {
    if (!allowed) {
      throw KvError.PERMISSION_DENIED.exception();
    }
  }
}
