package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.members.MembersAnswer;
import io.balsa.kv.members.Replacement;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.Member;
import io.balsa.kv.server.RepairNotes.Order;
import io.balsa.kv.state.store.FileTree;
import io.balsa.raft.model.DamageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member of three whose data is damaged while it is down. */
@Timeout(180)
final class SelfRepairTest {
  private static final int DAMAGED = 0;
  private static final String VALUE = "v".repeat(300);

  @TempDir private Path dir;
  private TestCluster cluster;
  private MemberId before;

  @BeforeEach
  void loseOne() throws Exception {
    cluster = TestCluster.start(dir, 3, "--snapshot-count=60", "--snapshot-catchup-entries=50");
    before = identity().member();
    put(0, 100, DAMAGED);
    cluster.stop(DAMAGED);
    put(100, 120, 1);
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private void put(int from, int to, int at) {
    try (MemberClient client = new MemberClient(cluster, at)) {
      for (int i = from; i < to; i++) {
        client.put("key" + i, VALUE);
      }
    }
  }

  private Identity identity() {
    return DataDirectory.ownerOf(cluster.dataDir(DAMAGED)).orElseThrow();
  }

  private Path data(String name) {
    return cluster.dataDir(DAMAGED).resolve(name);
  }

  private static List<Path> files(Path root, String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> file.getFileName().toString().endsWith(suffix)).toList();
    }
  }

  private static Path largest(Path root, String suffix) throws IOException {
    return files(root, suffix).stream()
        .max(Comparator.comparing(file -> file.toFile().length()))
        .orElseThrow();
  }

  private static void flip(Path file, long offset) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[Math.toIntExact(offset)] ^= 16;
    Files.write(file, bytes);
  }

  /** In the middle of what was written before the member stopped. */
  private void damageTheLog() throws IOException {
    flip(largest(data("log"), ".log"), 20_000);
  }

  private StartupException refusal(String... flags) {
    try {
      KvServer.start(cluster.config(DAMAGED, flags)).close();
    } catch (StartupException e) {
      return e;
    }
    throw new AssertionError("it started");
  }

  /** It serves, holds everything, is another member of the same name, and votes again. */
  private void assertRepaired() {
    try (MemberClient client = new MemberClient(cluster, DAMAGED)) {
      for (int i = 0; i < 120; i++) {
        assertThat(client.get("key" + i)).isEqualTo(VALUE);
      }
      client.put("after", "written");
      assertThat(client.memberList(true).getMembersList())
          .extracting(Member::getName)
          .containsExactlyInAnyOrder("m0", "m1", "m2");
    }
    MemberId after = identity().member();
    assertThat(after).isNotEqualTo(before);
    cluster.await(
        () -> cluster.member(1).node().status().membership().voters().contains(after.toNodeId()));
    assertThat(data("repair")).doesNotExist();
    assertThat(data("damaged")).doesNotExist();
  }

  @Test
  void aFlippedBitInTheLogIsRepairedByTheOthers() throws Exception {
    damageTheLog();
    cluster.restart(DAMAGED);
    assertRepaired();
    assertThat(data("log.damaged-1")).isDirectory();
  }

  @Test
  void aLogThatIsGoneIsRepairedByTheOthers() throws Exception {
    FileTree.delete(data("log"));
    cluster.restart(DAMAGED);
    assertRepaired();
  }

  @Test
  void aStateThatCannotBeOpenedIsRepairedByTheOthers() throws Exception {
    Files.delete(largest(data("state"), "CURRENT"));
    cluster.restart(DAMAGED);
    assertRepaired();
  }

  /** Nobody looks at every block of a state when it is opened: the member stops when it comes upon one, and its next start repairs it. */
  @Test
  void aStateThatIsFoundDamagedWhileItServesIsRepairedAtTheNextStart() throws Exception {
    for (Path table : files(data("state"), ".sst")) {
      flip(table, 200);
    }
    KvServer server = KvServer.start(cluster.config(DAMAGED));
    try {
      assertThatThrownBy(
              () -> {
                try (MemberClient client = new MemberClient(cluster, DAMAGED)) {
                  for (int i = 0; i < 100; i++) {
                    client.get("key" + i);
                  }
                } finally {
                  server.stopped().get(20, TimeUnit.SECONDS);
                }
              })
          .isInstanceOf(ExecutionException.class)
          .satisfies(e -> assertThat(DamageException.in(e)).isPresent());
    } finally {
      server.close();
    }
    assertThat(data("damaged")).content().contains(data("state").toString());
    cluster.restart(DAMAGED);
    assertRepaired();
  }

  @Test
  void withoutTheOthersItIsRefusedAndTheMessageNamesFileOffsetAndWhatToDo() throws Exception {
    damageTheLog();
    String damage = String.valueOf(refusal("--balsa-self-repair=false").getMessage());
    assertThat(damage).contains(data("log").toString()).containsPattern("offset \\d+");
    cluster.stop(1);
    cluster.stop(2);
    SelfRepair repair = new SelfRepair(cluster.config(DAMAGED), hastyClock());
    assertThatThrownBy(() -> repair.repair(new DamageException(damage)))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining(damage)
        .hasMessageContaining("no other member answered for a majority")
        .hasMessageContaining("start the others first")
        .hasMessageContaining("balsactl log verify");
    assertThat(identity().member()).isEqualTo(before);
    assertThat(data("log")).as("nothing was touched").isDirectory();
  }

  /** Each look at it is ten seconds later than the one before. */
  private static Clock hastyClock() {
    Instant[] now = {Instant.parse("2026-01-01T00:00:00Z")};
    InstantSource source = () -> now[0] = now[0].plus(Duration.ofSeconds(10));
    return source.withZone(ZoneOffset.UTC);
  }

  @Test
  void aFlagKeepsItFromRepairingItself() throws Exception {
    damageTheLog();
    assertThat(refusal("--balsa-self-repair=false")).hasMessageContaining("offset");
    assertThat(identity().member()).isEqualTo(before);
  }

  @Test
  void whoIsDamagedAgainAndAgainHasABadDisk() throws Exception {
    damageTheLog();
    RepairNotes notes = new RepairNotes(cluster.dataDir(DAMAGED));
    for (int time = 0; time < 2; time++) {
      notes.begin(new Order(before, before, "earlier damage"));
      notes.done(Instant.now());
    }
    assertThat(refusal()).hasMessageContaining("its disk is probably failing");
  }

  @Test
  void whoWasRemovedMeanwhileIsToldSo() throws Exception {
    try (MemberClient client = new MemberClient(cluster, 1)) {
      var unused = client.memberRemove(before.value());
    }
    damageTheLog();
    assertThat(refusal()).isInstanceOf(RemovedException.class);
  }

  @Test
  void aRepairThatACrashCutShortGoesOnWithTheSameNewMember() throws Exception {
    RepairNotes notes = new RepairNotes(cluster.dataDir(DAMAGED));
    Order order = new Order(before, new MemberId(4711), "damage that was found");
    notes.noteDamage("damage that was found");
    notes.begin(order);
    crashAfterTheOthersHaveDoneIt(order);
    cluster.restart(DAMAGED);
    assertThat(identity().member()).isEqualTo(order.replacement());
    assertRepaired();
  }

  private void crashAfterTheOthersHaveDoneIt(Order order) {
    Replacement asked =
        Replacement.newBuilder()
            .setClusterId(identity().clusterId())
            .setOldId(order.old().value())
            .setNewId(order.replacement().value())
            .build();
    URI peer = URI.create(cluster.peerUrl(2));
    for (int time = 0; time < 2; time++) {
      MembersAnswer members = MembersInquiry.replace(peer, asked, Duration.ofSeconds(20)).join();
      assertThat(members.getMembersList()).extracting(Member::getID).contains(4711L);
    }
  }

  @Test
  void aRepairThatACrashCutShortBeforeAnybodyWasAskedGoesOn() throws Exception {
    new RepairNotes(cluster.dataDir(DAMAGED))
        .begin(new Order(before, new MemberId(4711), "damage that was found"));
    cluster.restart(DAMAGED);
    assertThat(identity().member()).isEqualTo(new MemberId(4711));
    assertRepaired();
  }

  @Test
  void aRepairThatACrashCutShortWhileFilesWereMovedGoesOn() throws Exception {
    Order order = new Order(before, new MemberId(4711), "damage that was found");
    new RepairNotes(cluster.dataDir(DAMAGED)).begin(order);
    crashAfterTheOthersHaveDoneIt(order);
    Files.move(data("log"), data("log.damaged-1"));
    FileTree.delete(data("state"));
    cluster.restart(DAMAGED);
    assertRepaired();
    assertThat(List.of(data("log.damaged-1"))).allSatisfy(kept -> assertThat(kept).isDirectory());
  }

  @Test
  void aRepairOfWhichOnlyTheNoteIsLeftIsDone() throws Exception {
    damageTheLog();
    cluster.restart(DAMAGED);
    cluster.stop(DAMAGED);
    MemberId repaired = identity().member();
    new RepairNotes(cluster.dataDir(DAMAGED)).begin(new Order(before, repaired, "the same"));
    cluster.restart(DAMAGED);
    assertThat(identity().member()).isEqualTo(repaired);
    assertRepaired();
  }
}
