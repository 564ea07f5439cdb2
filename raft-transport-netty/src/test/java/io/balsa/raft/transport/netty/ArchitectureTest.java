package io.balsa.raft.transport.netty;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
  private static final String OURS = "io.balsa.raft.transport.netty..";

  private final JavaClasses production =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.balsa.raft.transport.netty");

  @Test
  void theTransportKnowsMessagesAndNothingOfTheProtocolOrItsDriver() {
    classes()
        .that()
        .resideInAPackage(OURS)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            OURS,
            "io.balsa.raft.spi",
            "io.balsa.raft.message",
            "io.balsa.raft.model",
            "io.netty..",
            "com.google.protobuf..",
            "org.slf4j..",
            "org.jspecify..",
            "java..")
        .check(production);
  }

  @Test
  void theWireFormatKnowsNoConnection() {
    classes()
        .that()
        .resideInAPackage("io.balsa.raft.transport.netty.wire..")
        .should()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackages("io.balsa.raft.transport.netty", "io.balsa.raft.spi")
        .check(production);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.balsa.raft.transport.(**)").should().beFreeOfCycles().check(production);
  }
}
