package io.balsa.examples.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as an installed program. */
class ProgramsTest {
  private static final String NAME = "a-program";

  @TempDir Path temporary;

  @Test
  void theFirstProgramOfThatNameCounts() throws IOException {
    Path first = program("first", "rwxr-xr-x");
    Path second = program("second", "rwxr-xr-x");

    assertThat(Programs.on(path("nothing", "first", "second"), NAME)).hasValue(first);
    assertThat(Programs.on(path("second", "first"), NAME)).hasValue(second);
  }

  @Test
  void onlyFilesThatCanRunCount() throws IOException {
    Path text = program("text", "rw-r--r--");
    Path directory = Files.createDirectories(temporary.resolve("directory").resolve(NAME));

    assertThat(Programs.on(path("text", "directory"), NAME)).isEmpty();
    assertThat(text).exists();
    assertThat(directory).exists();
  }

  @Test
  void emptyPartsOfThePathAreNoDirectories() throws IOException {
    Path program = program("first", "rwxr-xr-x");
    Path fromHere = Path.of("").toAbsolutePath().relativize(program);

    assertThat(Programs.on(".", fromHere.toString())).isPresent();
    assertThat(Programs.on("", fromHere.toString())).isEmpty();
    assertThat(Programs.on(File.pathSeparator + temporary.resolve("nothing"), fromHere.toString()))
        .isEmpty();
  }

  @Test
  void whatNobodyHasInstalledIsNotThere() {
    assertThat(Programs.onPath("a-program-that-nobody-has-installed")).isEmpty();
  }

  private Path program(String dir, String permissions) throws IOException {
    Path program = Files.createDirectories(temporary.resolve(dir)).resolve(NAME);
    Files.createFile(program);
    return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString(permissions));
  }

  private String path(String... dirs) {
    return Stream.of(dirs)
        .map(dir -> temporary.resolve(dir).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
