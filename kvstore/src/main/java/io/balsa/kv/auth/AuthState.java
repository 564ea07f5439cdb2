package io.balsa.kv.auth;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.AuthSettings;
import io.balsa.kv.command.Caller;
import io.balsa.kv.command.UserRow;
import io.balsa.kv.proto.Permission;
import io.balsa.kv.proto.Role;
import io.balsa.kv.proto.User;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * All users and roles at one point of the log, and whether they count. Immutable; a change makes a new one. Any thread.
 *
 * <p>The auth revision grows with every change of users, roles and permissions, and with switching off; it has nothing to
 * do with the revision of the keys.
 */
public final class AuthState {
  /** The user that may do everything, and the role that makes them so. */
  public static final String ROOT = "root";

  /** What the role named root is shown to allow; whether it holds any permission of its own doesn't matter. */
  public static final Permission EVERYTHING =
      Permission.newBuilder()
          .setPermType(Permission.Type.READWRITE)
          .setRangeEnd(ByteString.copyFrom(new byte[] {0}))
          .build();

  public static final AuthState INITIAL =
      new AuthState(
          AuthSettings.newBuilder().setRevision(1).build(), new TreeMap<>(), new TreeMap<>());

  private final AuthSettings settings;
  private final NavigableMap<String, UserRow> users;
  private final NavigableMap<String, Role> roles;

  /** What was worked out already. Only ever asked for one name. */
  private final Map<String, Access> accesses = new ConcurrentHashMap<>();

  private AuthState(
      AuthSettings settings,
      NavigableMap<String, UserRow> users,
      NavigableMap<String, Role> roles) {
    this.settings = settings;
    this.users = users;
    this.roles = roles;
  }

  /** The state that these rows make; the maps are copied. */
  public static AuthState of(
      AuthSettings settings, SortedMap<String, UserRow> users, SortedMap<String, Role> roles) {
    return new AuthState(settings, new TreeMap<>(users), new TreeMap<>(roles));
  }

  public boolean enabled() {
    return settings.getEnabled();
  }

  public long revision() {
    return settings.getRevision();
  }

  public AuthSettings settings() {
    return settings;
  }

  /** By name. */
  public SortedMap<String, UserRow> users() {
    return Collections.unmodifiableSortedMap(users);
  }

  /** By name. */
  public SortedMap<String, Role> roles() {
    return Collections.unmodifiableSortedMap(roles);
  }

  public Optional<User> user(String name) {
    return Optional.ofNullable(users.get(name)).map(UserRow::getUser);
  }

  public Optional<Role> role(String name) {
    return Optional.ofNullable(roles.get(name));
  }

  /**
   * Whether a caller still is who they were believed to be: the user exists, their password is the same, and authentication
   * hasn't been switched off since. What they may do is another question, with an answer of now.
   */
  public boolean trusts(Caller caller) {
    UserRow row = users.get(caller.getUser());
    return row != null
        && caller.getAuthRevision() >= row.getTrustedFrom()
        && caller.getAuthRevision() >= settings.getTrustedFrom();
  }

  /** What an existing user may do. */
  Access accessOf(String user) {
    return accesses.computeIfAbsent(
        user, name -> Access.of(users.getOrDefault(name, UserRow.getDefaultInstance()), this));
  }

  AuthState withEnabled() {
    return new AuthState(settings.toBuilder().setEnabled(true).build(), users, roles);
  }

  /** Whoever was logged in isn't any more. */
  AuthState withDisabled() {
    AuthSettings next =
        AuthSettings.newBuilder()
            .setRevision(revision() + 1)
            .setTrustedFrom(revision() + 1)
            .build();
    return new AuthState(next, users, roles);
  }

  /** Adds or replaces a user's row. */
  AuthState withUser(UserRow row) {
    return withUsers(next -> next.put(row.getUser().getName().toStringUtf8(), row));
  }

  AuthState withoutUser(String name) {
    return withUsers(next -> next.remove(name));
  }

  private AuthState withUsers(Consumer<TreeMap<String, UserRow>> change) {
    TreeMap<String, UserRow> next = new TreeMap<>(users);
    change.accept(next);
    return new AuthState(nextSettings(), next, roles);
  }

  /** Adds or replaces a role. */
  AuthState withRole(Role role) {
    TreeMap<String, Role> next = new TreeMap<>(roles);
    next.put(role.getName().toStringUtf8(), role);
    return new AuthState(nextSettings(), users, next);
  }

  /** Takes it from all users too. */
  AuthState withoutRole(String name) {
    TreeMap<String, Role> nextRoles = new TreeMap<>(roles);
    nextRoles.remove(name);
    TreeMap<String, UserRow> nextUsers = new TreeMap<>(users);
    nextUsers.replaceAll((user, row) -> withoutRole(row, name));
    return new AuthState(nextSettings(), nextUsers, nextRoles);
  }

  /** The very same row if the user doesn't have the role. */
  static UserRow withoutRole(UserRow row, String role) {
    User user = row.getUser();
    if (!user.getRolesList().contains(role)) {
      return row;
    }
    User.Builder without = user.toBuilder().clearRoles();
    user.getRolesList().stream().filter(name -> !name.equals(role)).forEach(without::addRoles);
    return row.toBuilder().setUser(without).build();
  }

  static ByteString bytes(String name) {
    return ByteString.copyFromUtf8(name);
  }

  private AuthSettings nextSettings() {
    return settings.toBuilder().setRevision(revision() + 1).build();
  }
}
