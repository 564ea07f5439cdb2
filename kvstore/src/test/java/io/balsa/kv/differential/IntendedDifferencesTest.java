package io.balsa.kv.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** That users are told of every difference that we mean. */
final class IntendedDifferencesTest {
  @Test
  void thePageNamesEachOfThem() throws IOException {
    String page = Files.readString(Path.of("../docs/etcd-compatibility.md"));
    assertThat(page.replaceAll("\\s+", " "))
        .contains(
            Arrays.stream(KnownDifference.values())
                .map(KnownDifference::reason)
                .toArray(String[]::new));
  }
}
