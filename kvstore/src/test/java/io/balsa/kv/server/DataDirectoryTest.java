package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.model.MemberId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirectoryTest {
  private static final Identity SELF = identity(0xc1L, 0xaL, "n1");

  @TempDir private Path parent;

  @Test
  void aNewDirectoryIsItsMembersFromThenOn() throws IOException {
    Path dir = parent.resolve("deep/er");
    DataDirectory.open(dir, SELF).close();
    assertThat(Identity.decode(Files.readAllBytes(dir.resolve("identity")))).isEqualTo(SELF);
    DataDirectory.open(dir, SELF).close();
    assertThat(namesIn(dir)).containsExactlyInAnyOrder("identity", "lock");
  }

  @Test
  void nobodyElseMayLookIntoANewDirectory() throws IOException {
    Path dir = parent.resolve("new");
    DataDirectory.open(dir, SELF).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir)))
        .isEqualTo("rwx------");
  }

  @Test
  void anotherNameIsStillTheSameMember() {
    DataDirectory.open(parent, SELF).close();
    DataDirectory.open(parent, identity(0xc1L, 0xaL, "renamed")).close();
  }

  @Test
  void aDirectoryInUseIsRefusedUntilItIsLeft() {
    DataDirectory first = DataDirectory.open(parent, SELF);
    refused(SELF, "in use by another process");
    first.close();
    DataDirectory.open(parent, SELF).close();
  }

  @Test
  void anotherMembersOrClustersDirectoryIsRefused() {
    DataDirectory.open(parent, SELF).close();
    refused(identity(0xc1L, 0xbL, "n1"), "belongs to another member: a (n1)");
    refused(identity(0xc2L, 0xaL, "n1"), "belongs to another cluster: c1");
    DataDirectory.open(parent, SELF).close();
  }

  @Test
  void aDirectoryWithOtherFilesIsRefusedAndLeftAsItWas() throws IOException {
    Files.writeString(parent.resolve("precious.txt"), "don't touch");
    refused(SELF, "it holds 'precious.txt'");
    assertThat(namesIn(parent)).containsExactly("precious.txt");
  }

  @Test
  void aFileIsNoDirectory() throws IOException {
    Path file = Files.writeString(parent.resolve("file"), "");
    assertThatThrownBy(() -> DataDirectory.open(file, SELF))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("is not a directory");
    assertThatThrownBy(() -> DataDirectory.open(file.resolve("below"), SELF))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("is not a directory");
  }

  @Test
  void whatAnInterruptedFirstStartLeftIsNoObstacle() throws IOException {
    Files.writeString(parent.resolve("lock"), "");
    Files.writeString(parent.resolve("identity.tmp"), "half");
    DataDirectory.open(parent, SELF).close();
    assertThat(namesIn(parent)).containsExactlyInAnyOrder("identity", "lock");
  }

  @Test
  void aRemovedMembersDirectoryIsRefused() {
    DataDirectory directory = DataDirectory.open(parent, SELF);
    assertThat(DataDirectory.ownerOf(parent)).contains(SELF);
    directory.markRemoved();
    directory.close();
    assertThatThrownBy(() -> DataDirectory.ownerOf(parent))
        .isInstanceOf(RemovedException.class)
        .hasMessageContaining("the member has been permanently removed from the cluster");
  }

  @Test
  void aDamagedIdentityIsRefused() throws IOException {
    DataDirectory.open(parent, SELF).close();
    Path file = parent.resolve("identity");
    String text = Files.readString(file);
    Files.writeString(file, text.replace("name=n1", "name=n2"));
    refused(SELF, "is damaged");
    Files.writeString(file, "");
    refused(SELF, "isn't an identity file");
    Files.writeString(file, text.replace("balsa-data-format=1", "balsa-data-format=9"));
    refused(SELF, "has the data format 9");
  }

  private static Identity identity(long cluster, long member, String name) {
    SortedMap<MemberId, List<String>> peers = new TreeMap<>();
    peers.put(new MemberId(member), List.of("http://a:1", "http://b:2"));
    peers.put(new MemberId(0xffL), List.of("http://c:3"));
    return new Identity(cluster, new MemberId(member), name, new Origin(Origin.Kind.JOINED, peers));
  }

  private void refused(Identity self, String message) {
    assertThatThrownBy(() -> DataDirectory.open(parent, self))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining(message)
        .message()
        .hasLineCount(1);
  }

  private static List<String> namesIn(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
