package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.etcd.jetcd.Auth;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Cluster;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Lock;
import io.etcd.jetcd.Maintenance;
import io.etcd.jetcd.Txn;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.CompactOption;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.TxnOption;
import io.etcd.jetcd.options.WatchOption;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That the tests of jetcd leave out no call and no option of its public API. */
final class JetcdCoverageTest {
  private static final List<Class<?>> API =
      List.of(
          Client.class,
          KV.class,
          Txn.class,
          Watch.class,
          Watch.Watcher.class,
          Lease.class,
          Lock.class,
          Election.class,
          Auth.class,
          Maintenance.class,
          Cluster.class,
          Op.class,
          CmpTarget.class,
          GetOption.Builder.class,
          PutOption.Builder.class,
          DeleteOption.Builder.class,
          CompactOption.Builder.class,
          TxnOption.Builder.class,
          LeaseOption.Builder.class,
          WatchOption.Builder.class);

  @Test
  void everyPublicMethodIsCalledBySomeTest() {
    JavaClasses tests = new ClassFileImporter().importPackages(getClass().getPackageName());
    TreeSet<String> called =
        tests.stream()
            .filter(test -> test.getSimpleName().startsWith("Jetcd"))
            .flatMap(test -> accesses(test.getAccessesFromSelf().stream()))
            .collect(Collectors.toCollection(TreeSet::new));
    TreeSet<String> missing =
        API.stream()
            .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
            .filter(JetcdCoverageTest::isForUsers)
            .map(method -> signature(method.getDeclaringClass(), method))
            .collect(Collectors.toCollection(TreeSet::new));
    missing.removeAll(called);
    assertThat(missing).isEmpty();
  }

  /** A caller may name a type below the one that declares the method; a getter of an Op isn't one. */
  private static boolean isForUsers(Method method) {
    return Modifier.isPublic(method.getModifiers())
        && !method.isSynthetic()
        && !method.isAnnotationPresent(Deprecated.class)
        && !method.getName().startsWith("getTarget");
  }

  private static String signature(Class<?> owner, Method method) {
    return owner.getName()
        + "."
        + method.getName()
        + Arrays.stream(method.getParameterTypes())
            .map(Class::getName)
            .collect(Collectors.joining(", ", "(", ")"));
  }

  private static Stream<String> accesses(Stream<JavaAccess<?>> accesses) {
    return accesses.map(access -> access.getTarget().getFullName());
  }
}
