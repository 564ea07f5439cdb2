package io.balsa.kv.server;

import static io.balsa.kv.server.Jetcd.bytes;
import static io.balsa.kv.server.Jetcd.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.auth.Permission;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** jetcd's Auth: users and roles from nothing to nothing. {@link AuthClusterTest} says what they may do. */
@Timeout(120)
final class JetcdAuthTest {
  @Test
  void usersAndRolesComeAndGo(@TempDir Path dir) throws Exception {
    try (TestCluster cluster = TestCluster.start(dir, 3);
        Client anyone = Jetcd.anywhere(cluster)) {
      rolesAndTheirPermissions(anyone.getAuthClient());
      usersAndTheirRoles(anyone.getAuthClient());
      done(anyone.getAuthClient().authEnable());
      try (Client root = as(cluster, "root", "pw")) {
        passwordsChange(cluster, root);
        done(root.getAuthClient().userRevokeRole(bytes("ada"), bytes("hers")));
        done(root.getAuthClient().userDelete(bytes("ada")));
        assertThat(done(root.getAuthClient().userList()).getUsers()).containsExactly("root");
        done(root.getAuthClient().roleDelete(bytes("hers")));
        assertThat(done(root.getAuthClient().roleList()).getRoles()).containsExactly("root");
        done(root.getAuthClient().authDisable());
      }
      assertThat(done(anyone.getAuthClient().userList()).getUsers()).containsExactly("root");
    }
  }

  private static void rolesAndTheirPermissions(Auth auth) throws Exception {
    done(auth.roleAdd(bytes("root")));
    done(auth.roleAdd(bytes("hers")));
    assertThatThrownBy(() -> done(auth.roleAdd(bytes("hers"))))
        .hasStackTraceContaining("role name already exists");
    done(
        auth.roleGrantPermission(bytes("hers"), bytes("a"), bytes("b"), Permission.Type.READWRITE));
    done(auth.roleGrantPermission(bytes("hers"), bytes("x"), bytes("y"), Permission.Type.READ));
    assertThat(done(auth.roleGet(bytes("hers"))).getPermissions())
        .extracting(Permission::getPermType, Permission::getKey, Permission::getRangeEnd)
        .containsExactly(
            tuple(Permission.Type.READWRITE, bytes("a"), bytes("b")),
            tuple(Permission.Type.READ, bytes("x"), bytes("y")));
    done(auth.roleRevokePermission(bytes("hers"), bytes("x"), bytes("y")));
    assertThat(done(auth.roleGet(bytes("hers"))).getPermissions()).hasSize(1);
    assertThat(done(auth.roleList()).getRoles()).containsExactly("hers", "root");
  }

  private static void usersAndTheirRoles(Auth auth) throws Exception {
    done(auth.userAdd(bytes("root"), bytes("pw")));
    done(auth.userGrantRole(bytes("root"), bytes("root")));
    done(auth.userAdd(bytes("ada"), bytes("old")));
    done(auth.userGrantRole(bytes("ada"), bytes("hers")));
    assertThat(done(auth.userGet(bytes("ada"))).getRoles()).containsExactly("hers");
    assertThat(done(auth.userList()).getUsers()).containsExactly("ada", "root");
    assertThatThrownBy(() -> done(auth.userGet(bytes("nobody"))))
        .hasStackTraceContaining("user name not found");
  }

  private static void passwordsChange(TestCluster cluster, Client root) throws Exception {
    done(root.getAuthClient().userChangePassword(bytes("ada"), bytes("new")));
    try (Client ada = as(cluster, "ada", "new")) {
      done(ada.getKVClient().put(bytes("a"), bytes("1")));
      assertThatThrownBy(() -> done(ada.getKVClient().put(bytes("x"), bytes("1"))))
          .hasStackTraceContaining("permission denied");
    }
    try (Client stale = as(cluster, "ada", "old")) {
      assertThatThrownBy(() -> done(stale.getKVClient().put(bytes("a"), bytes("1"))))
          .hasStackTraceContaining("authentication failed, invalid user ID or password");
    }
  }

  private static Client as(TestCluster cluster, String user, String password) {
    return Client.builder()
        .endpoints(cluster.clientUrl(0), cluster.clientUrl(1), cluster.clientUrl(2))
        .user(bytes(user))
        .password(bytes(password))
        .build();
  }
}
