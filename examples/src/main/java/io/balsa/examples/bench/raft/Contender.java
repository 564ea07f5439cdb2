package io.balsa.examples.bench.raft;

import io.balsa.examples.process.ExampleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A library, with a log, as it is measured. */
enum Contender {
  BALSA_FILE("balsa, file log", "", ""),
  BALSA_ROCKSDB("balsa, rocksdb", "", ""),
  SOFAJRAFT("sofajraft", "sofajraft", "jraft-core"),
  RATIS("ratis", "ratis", "ratis-server"),
  MICRORAFT("microraft*", "microraft", "microraft");

  private static final Pattern TRIAL_NEEDS =
      Pattern.compile("(examples|HdrHistogram|gson)-[0-9].*[.]jar");

  private final String label;
  private final String directory;
  private final String artifact;

  Contender(String label, String directory, String artifact) {
    this.label = label;
    this.directory = directory;
    this.artifact = artifact;
  }

  /** As it is called on the command line. */
  String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Contender of(String option) {
    return Stream.of(values())
        .filter(one -> one.option().equals(option))
        .findFirst()
        .orElseThrow(
            () ->
                new ExampleException(
                    "there is no "
                        + option
                        + ", only "
                        + Stream.of(values()).map(Contender::option).toList()));
  }

  boolean isPeer() {
    return !directory.isEmpty();
  }

  /** For people: the name, with the release for a peer. */
  String title(Path dist) {
    return isPeer() ? label + " " + version(dist) : label;
  }

  private String version(Path dist) {
    Path peers = dist.resolve("peers").resolve(directory);
    try (Stream<Path> jars = Files.list(peers)) {
      return jars.map(jar -> jar.getFileName().toString())
          .filter(jar -> jar.matches(artifact + "-[0-9].*[.]jar"))
          .map(jar -> jar.substring(artifact.length() + 1, jar.length() - ".jar".length()))
          .findFirst()
          .orElseThrow(() -> new ExampleException("there is no " + artifact + " in " + peers));
    } catch (IOException e) {
      throw new ExampleException("can't look into " + peers + ": run ./mvnw package first", e);
    }
  }

  /** Ours: everything. A peer's: the libraries that it was released with, and what the trial itself needs. */
  List<String> classPath(Path dist) {
    Path lib = dist.resolve("lib");
    if (!isPeer()) {
      return List.of(lib + "/*");
    }
    List<String> classPath = new ArrayList<>();
    classPath.add(dist.resolve("peers").resolve(directory) + "/*");
    try (Stream<Path> jars = Files.list(lib)) {
      jars.filter(jar -> TRIAL_NEEDS.matcher(jar.getFileName().toString()).matches())
          .forEach(jar -> classPath.add(jar.toString()));
    } catch (IOException e) {
      throw new ExampleException("can't look into " + lib + ": run ./mvnw package first", e);
    }
    return classPath;
  }
}
