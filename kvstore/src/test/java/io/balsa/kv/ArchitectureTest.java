package io.balsa.kv;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which package may know which. */
final class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.balsa.kv");

  @Test
  void theStateKnowsNothingOfTheServerOrTheNetwork() {
    noClasses()
        .that()
        .resideInAnyPackage("io.balsa.kv.state..", "io.balsa.kv.command..")
        .and()
        .resideOutsideOfPackage("io.balsa.kv.proto..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.balsa.kv.server..",
            "io.balsa.kv.etcd..",
            "io.balsa.kv.request..",
            "io.balsa.kv.watch..",
            "io.balsa.kv.lease..",
            "io.balsa.kv.lock..",
            "io.balsa.kv.members..",
            "io.balsa.kv.quota..",
            "io.balsa.kv.access..",
            "io.balsa.raft.driver..",
            "io.balsa.raft.protocol..",
            "io.netty..",
            "io.grpc..")
        .check(CLASSES);
  }

  @Test
  void theValuesKnowNothingButRaftsValues() {
    noClasses()
        .that()
        .resideInAPackage("io.balsa.kv.model..")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            "io.balsa.kv.model..", "io.balsa.raft.model..", "java..", "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void nothingDependsOnTheServerProcess() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.balsa.kv.server..", "io.balsa.kv.ctl..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.balsa.kv.server..")
        .check(CLASSES);
  }

  @Test
  void raftIsUsedThroughItsFacade() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.balsa.raft.driver..", "io.balsa.raft.protocol..")
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.balsa.kv.(*)..").should().beFreeOfCycles().check(CLASSES);
  }
}
