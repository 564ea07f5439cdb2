package io.balsa.raft;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysFalse;
import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Which package may depend on which, and what the protocol may never call. */
final class PackageArrowsTest {
  private static final String ROOT = "io.balsa.raft";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  /** Each package, and what it may depend on beside itself and the JDK. */
  private static final Map<String, List<String>> ARROWS =
      new TreeMap<>(
          Map.of(
              "model", List.of(),
              "message", List.of("model"),
              "spi", List.of("message", "model"),
              "protocol", List.of("message", "model"),
              "driver", List.of("protocol", "spi", "message", "model", "failpoint"),
              "memory", List.of("spi", "message", "model"),
              "file", List.of("spi", "message", "model", "failpoint"),
              "failpoint", List.of(),
              "session", List.of("spi", "model")));

  /** The driver may also use the settings and outcomes of the facade that it completes, but no more of it. */
  private static final List<String> FACADE_VALUES =
      List.of("Outcome", "RaftConfig", "NodeStatus", "ReadMode");

  /** Built on the facade, not below it. */
  private static final List<String> ABOVE_THE_FACADE = List.of("session");

  @TestFactory
  Stream<DynamicTest> arrowsPointOneWay() {
    return ARROWS.entrySet().stream()
        .map(
            arrow ->
                DynamicTest.dynamicTest(
                    arrow.getKey(),
                    () -> arrowRule(arrow.getKey(), arrow.getValue()).check(CLASSES)));
  }

  private static ArchRule arrowRule(String from, List<String> to) {
    String[] forbidden =
        Stream.of(
                "session",
                "driver",
                "memory",
                "file",
                "protocol",
                "spi",
                "message",
                "model",
                "failpoint")
            .filter(name -> !name.equals(from) && !to.contains(name))
            .map(name -> ROOT + "." + name + "..")
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(ROOT + "." + from + "..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(forbidden)
                .or(resideInAnyPackage(ROOT).and(mayNotUseOfTheFacade(from))))
        .allowEmptyShould(true);
  }

  private static DescribedPredicate<JavaClass> mayNotUseOfTheFacade(String from) {
    return ABOVE_THE_FACADE.contains(from)
        ? alwaysFalse()
        : from.equals("driver") ? notAFacadeValue() : alwaysTrue();
  }

  @Test
  void theFacadeKnowsNothingOfWhatIsBuiltOnIt() {
    noClasses()
        .that()
        .resideInAPackage(ROOT)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                ABOVE_THE_FACADE.stream().map(n -> ROOT + "." + n + "..").toArray(String[]::new)))
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> notAFacadeValue() {
    return DescribedPredicate.describe(
        "not a value of the facade",
        javaClass ->
            FACADE_VALUES.stream()
                .noneMatch(value -> javaClass.getName().startsWith(ROOT + "." + value)));
  }

  @Test
  void packagesFormNoCycles() {
    // The facade and its driver are one thing in two packages: the driver returns the facade's
    // values.
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    slices().matching(ROOT + ".protocol.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void theProtocolHasNoThreadClockLockOrChance() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".protocol..")
        .should()
        .dependOnClassesThat(
            assignableTo(Thread.class)
                .or(assignableTo(Random.class))
                .or(assignableTo(ThreadLocalRandom.class))
                .or(assignableTo(CompletableFuture.class))
                .or(assignableTo(UUID.class))
                .or(assignableTo(Instant.class))
                .or(assignableTo(Clock.class))
                .or(
                    resideInAnyPackage(
                        "java.util.concurrent..", "java.io..", "java.nio..", "org.slf4j..")))
        .check(CLASSES);
  }

  @Test
  void theProtocolCallsNothingThatDiffersBetweenRuns() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".protocol..")
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "identityHashCode", Object.class)
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .callConstructor(HashMap.class)
        .orShould()
        .callConstructor(HashMap.class, int.class)
        .orShould()
        .callConstructor(HashMap.class, Map.class)
        .orShould()
        .callConstructor(HashSet.class)
        .orShould()
        .callConstructor(HashSet.class, int.class)
        .orShould()
        .callConstructor(HashSet.class, java.util.Collection.class)
        .orShould()
        .callMethodWhere(
            DescribedPredicate.describe(
                "Map.of, Set.of, copyOf: their order is salted per JVM",
                call ->
                    (call.getTargetOwner().isEquivalentTo(Map.class)
                            || call.getTargetOwner().isEquivalentTo(Set.class))
                        && List.of("of", "ofEntries", "copyOf").contains(call.getName())))
        .check(CLASSES);
  }

  @Test
  void onlyTheDriverCreatesThreads() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + ".driver..", ROOT + ".memory..", ROOT + ".file..")
        .should()
        .callConstructorWhere(target(owner(assignableTo(Thread.class))))
        .orShould()
        .dependOnClassesThat(assignableTo(java.util.concurrent.Executor.class))
        .orShould()
        .dependOnClassesThat(assignableTo(java.util.concurrent.Executors.class))
        .check(CLASSES);
  }

  @Test
  void theModelIsImmutable() {
    classes()
        .that()
        .resideInAnyPackage(ROOT + ".model", ROOT + ".message")
        .should()
        .haveOnlyFinalFields()
        .check(CLASSES);
  }
}
