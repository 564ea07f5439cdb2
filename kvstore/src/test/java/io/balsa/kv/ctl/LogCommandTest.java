package io.balsa.kv.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.raft.file.log.FileLogStore;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.storage.rocksdb.RocksLogStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** A stopped member's log, looked into, damaged, and repaired where that loses nothing. */
final class LogCommandTest {
  private static final int ENTRIES = 40;
  private static final Membership MEMBERS =
      Membership.ofVoters(List.of(NodeId.of("a"), NodeId.of("b"), NodeId.of("c")));

  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLogInOrderIsVerifiedAndListed(boolean fileLog) throws IOException {
    Path member = member(fileLog, 0);
    List<byte[]> before = contents(member.resolve("log"));

    JsonObject verified = Ctl.done("log", "verify", member.toString(), "-w", "json").json();
    assertThat(verified.get("kind").getAsString()).isEqualTo(fileLog ? "file" : "rocksdb");
    assertThat(verified.get("ok").getAsBoolean()).isTrue();
    JsonObject group = verified.get("groups").getAsJsonArray().get(0).getAsJsonObject();
    assertThat(group.get("term").getAsLong()).isEqualTo(3);
    assertThat(group.get("votedFor").getAsString()).isEqualTo("b");
    assertThat(group.get("lastIndex").getAsLong()).isEqualTo(ENTRIES);
    assertThat(group.get("entries").getAsLong()).isEqualTo(ENTRIES);
    assertThat(Ctl.done("log", "verify", member.resolve("log").toString()).out())
        .contains("BEGINS AFTER", " b ", "is in order");

    String dump = Ctl.done("log", "dump", member.toString()).out();
    assertThat(dump).hasLineCount(1 + ENTRIES);
    assertThat(dump)
        .contains("noop", "membership", "voters=[a, b, c]")
        .contains("/registry/\\x00pod4 = 100 B, lease 4d2")
        .doesNotContain("secret");
    List<String> some =
        Ctl.done("log", "dump", member.toString(), "--from=5", "--to=30", "--limit=3", "-w=json")
            .out()
            .lines()
            .toList();
    assertThat(some).hasSize(3);
    JsonObject first = JsonParser.parseString(some.get(0)).getAsJsonObject();
    assertThat(first.get("index").getAsLong()).isEqualTo(5);
    assertThat(first.get("type").getAsString()).isEqualTo("put");
    assertThat(Ctl.done("log", "repair", member.toString()).out()).contains("Nothing to repair");

    if (fileLog) {
      assertThat(contents(member.resolve("log"))).containsExactlyElementsOf(before);
    }
    try (LogStore store = store(fileLog, member.resolve("log"))) {
      RestoredState again = store.open(GroupId.ONLY);
      assertThat(again.incarnation()).as("looking counts as no start").isEqualTo(2);
      assertThat(again.lastIndex()).isEqualTo(ENTRIES);
    }
  }

  @Test
  void aMemberThatRunsIsLeftAlone() throws IOException {
    Path member = member(false, 0);
    try (FileChannel lock =
            FileChannel.open(
                member.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = lock.lock()) {
      assertThat(held.isValid()).isTrue();
      for (String command : List.of("verify", "dump", "repair")) {
        Ctl.refused("is running: stop it first", "log", command, member.toString());
        Ctl.refused("is running", "log", command, member.resolve("log").toString());
      }
    }
    try (LogStore running = FileLogStore.at(dir.resolve("running"))) {
      running.open(GroupId.ONLY);
      Ctl.refused("is in use", "log", "verify", dir.resolve("running").toString());
    }
    Ctl.refused("there is no directory", "log", "verify", dir.resolve("none").toString());
    Ctl.refused("is neither a member's", "log", "verify", dir.toString());
  }

  @Test
  void everyDamagedBitOfAFileLogIsFound() throws IOException {
    Path log = member(true, 0).resolve("log");
    Path segment = log.resolve("0000000000000001.log");
    byte[] whole = Files.readAllBytes(segment);
    int end = end(whole);
    Random random = new Random(5);
    for (int round = 0; round < 60; round++) {
      byte[] damaged = whole.clone();
      int at = random.nextInt(end);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(segment, damaged);
      Ctl verify = Ctl.run("log", "verify", log.toString());
      assertThat(verify.exitCode()).as("a bit of byte %d: %s", at, verify).isEqualTo(1);
      assertThat(verify.out()).contains("DAMAGED: " + segment);
      assertThat(Files.readAllBytes(segment)).isEqualTo(damaged);
    }
    whole[end / 2] ^= 1;
    Files.write(segment, whole);
    Ctl dump = Ctl.run("log", "dump", log.toString());
    assertThat(dump.exitCode()).isEqualTo(1);
    assertThat(dump.out().lines().count()).isBetween(2L, (long) ENTRIES);
    assertThat(dump.out()).contains("noop");
    assertThat(dump.err()).contains("is damaged at offset ");
    Ctl.refused("can't be repaired without loss", "log", "repair", log.toString());
  }

  @Test
  void aTornTailIsANoteAndNoDamage() throws IOException {
    Path log = member(true, 0).resolve("log");
    Path segment = log.resolve("0000000000000001.log");
    byte[] torn = Files.readAllBytes(segment);
    int end = end(torn);
    torn[end + 8 - end % 8] = 77;
    Files.write(segment, torn);
    Ctl verify = Ctl.done("log", "verify", log.toString());
    assertThat(verify.out()).contains("note: " + segment, "torn and never acknowledged");
    assertThat(Files.readAllBytes(segment)).isEqualTo(torn);
    assertThat(Ctl.done("log", "repair", log.toString()).out()).contains("Nothing to repair");
  }

  @Test
  void aBrokenWriteAheadLogIsFoundAndWhatPrecedesItIsListed() throws IOException {
    Path log = member(false, 0).resolve("log");
    Path wal = wal(log);
    byte[] damaged = Files.readAllBytes(wal);
    damaged[damaged.length / 2] ^= 1;
    Files.write(wal, damaged);
    Ctl verify = Ctl.run("log", "verify", log.toString());
    assertThat(verify.exitCode()).as("%s", verify).isEqualTo(1);
    assertThat(verify.out())
        .contains("DAMAGED: " + wal, "the record at offset ")
        .containsPattern("The log of g0 breaks off behind entry [1-3]?[0-9]\\n");
    Ctl dump = Ctl.run("log", "dump", log.toString());
    assertThat(dump.exitCode()).isEqualTo(1);
    assertThat(dump.out().lines().count()).isBetween(2L, (long) ENTRIES);
    assertThat(dump.out()).contains("noop");
    assertThat(Files.readAllBytes(wal)).isEqualTo(damaged);
  }

  @Test
  void whereTheLogBrokeOffItVotesAsIfItHadTheRestOfTheTerm() throws IOException {
    Path member = member(false, 0);
    Path wal = wal(member.resolve("log"));
    byte[] damaged = Files.readAllBytes(wal);
    damaged[damaged.length / 2] ^= 1;
    Files.write(wal, damaged);
    Ctl.refused("Nothing was written", "log", "repair", member.toString());
    Ctl.done("log", "repair", member.toString(), "--lose-what-follows");
    try (LogStore store = RocksLogStore.at(member.resolve("log"))) {
      RestoredState repaired = store.open(GroupId.ONLY);
      assertThat(repaired.lastIndex()).isBetween(1L, ENTRIES - 1L);
      assertThat(repaired.hardState())
          .isEqualTo(new HardState(3, Optional.of(NodeId.of("b")), new EntryId(3, Long.MAX_VALUE)));
    }
  }

  @Test
  void aDamagedEntryThatIsInTheStateIsRepairedWithoutLoss() throws Exception {
    Path member = member(false, 30);
    spoil(member.resolve("log"), 17);
    Ctl verify = Ctl.run("log", "verify", member.toString());
    assertThat(verify.exitCode()).isEqualTo(1);
    assertThat(verify.out()).contains("DAMAGED", "g0 at index 17");
    assertThat(Ctl.run("log", "dump", member.toString(), "--from=16", "--to=18").out())
        .containsPattern("17 +- +DAMAGED");

    Ctl repair = Ctl.done("log", "repair", member.toString());
    assertThat(repair.out()).contains("begins after 30@t3 and ends at 40; nothing is lost");
    assertThat(member.resolve("log.damaged-1")).isDirectory();
    Ctl.done("log", "verify", member.toString());
    try (LogStore store = RocksLogStore.at(member.resolve("log"))) {
      RestoredState repaired = store.open(GroupId.ONLY);
      assertThat(repaired.incarnation()).isEqualTo(2);
      assertThat(repaired.hardState()).isEqualTo(new HardState(3, Optional.of(NodeId.of("b"))));
      assertThat(repaired.base().membership().membership()).isEqualTo(MEMBERS);
      assertThat(store.read(GroupId.ONLY, 31, 41, 1 << 20)).hasSize(10);
    }
  }

  @Test
  void aDamagedEntryThatIsNotInTheStateIsCutOnlyOnDemandAndNotForgotten() throws Exception {
    Path member = member(false, 10);
    spoil(member.resolve("log"), 17);
    List<byte[]> before = contents(member.resolve("log"));
    Ctl.refused("Nothing was written", "log", "repair", member.toString());
    assertThat(contents(member.resolve("log"))).containsExactlyElementsOf(before);

    Ctl cut = Ctl.done("log", "repair", member.toString(), "--lose-what-follows");
    assertThat(cut.out()).contains("ends at 16; what followed is lost");
    try (LogStore store = RocksLogStore.at(member.resolve("log"))) {
      RestoredState repaired = store.open(GroupId.ONLY);
      assertThat(repaired.lastIndex()).isEqualTo(16);
      assertThat(repaired.hardState().forgotten()).isEqualTo(new EntryId(3, ENTRIES));
    }
  }

  /** A directory as a member leaves it. */
  private Path member(boolean fileLog, int applied) throws IOException {
    Path member = Files.createDirectories(dir.resolve("member"));
    Files.writeString(member.resolve("identity"), "of a member\n");
    List<Entry> entries = entries();
    try (LogStore store = store(fileLog, member.resolve("log"))) {
      store.open(GroupId.ONLY);
      HardState hardState = new HardState(3, Optional.of(NodeId.of("b")));
      persist(store, Optional.of(hardState), Optional.of(SnapshotMeta.initial(MEMBERS)), List.of());
      for (Entry entry : entries) {
        persist(store, Optional.empty(), Optional.empty(), List.of(entry));
      }
    }
    if (applied > 0) {
      try (KvStateMachine state =
          KvStateMachine.open(member.resolve("state"), KvStateConfig.DEFAULT)) {
        for (Entry entry : entries.subList(2, applied)) {
          state.apply(entry.id(), entry.payload());
        }
        state.flush();
      }
    }
    return member;
  }

  private static void persist(
      LogStore store,
      Optional<HardState> hardState,
      Optional<SnapshotMeta> reset,
      List<Entry> entries) {
    store.persist(List.of(new PersistBatch(GroupId.ONLY, 1, hardState, reset, entries)));
  }

  private static LogStore store(boolean fileLog, Path log) {
    return fileLog ? FileLogStore.at(log, 1 << 20) : RocksLogStore.at(log);
  }

  private static List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    entries.add(Entry.noop(new EntryId(2, 1)));
    entries.add(Entry.membership(new EntryId(2, 2), MEMBERS));
    for (int i = 3; i <= ENTRIES; i++) {
      KvCommand.Builder put = KvCommand.newBuilder();
      put.getPutBuilder()
          .setKey(ByteString.copyFromUtf8("/registry/\0pod" + i))
          .setValue(ByteString.copyFromUtf8("secret".repeat(20).substring(0, 100)))
          .setLease(i == 4 ? 1234 : 0);
      Bytes command = CommandCodec.encode(put);
      entries.add(Entry.command(new EntryId(i < 20 ? 2 : 3, i), command));
    }
    return entries;
  }

  /** Where what was written ends; zeros follow. */
  private static int end(byte[] segment) {
    int end = segment.length;
    while (segment[end - 1] == 0) {
      end--;
    }
    return end;
  }

  private static Path wal(Path log) throws IOException {
    try (Stream<Path> files = Files.list(log)) {
      return files
          .filter(file -> file.getFileName().toString().matches("\\d+\\.log"))
          .max(Comparator.naturalOrder())
          .orElseThrow();
    }
  }

  /** Puts a wrong value in the place of an entry, as a disk or a bug would that RocksDB's checksums don't see. */
  private static void spoil(Path log, int index) throws RocksDBException {
    byte[] key = ByteBuffer.allocate(17).putLong(0).put((byte) 6).putLong(index).array();
    try (Options options = new Options();
        RocksDB db = RocksDB.open(options, log.toString())) {
      byte[] value = db.get(key);
      value[value.length - 1] ^= 1;
      db.put(key, value);
    }
  }

  private static List<byte[]> contents(Path log) throws IOException {
    List<byte[]> contents = new ArrayList<>();
    try (Stream<Path> files = Files.list(log)) {
      // LOG is what RocksDB tells of itself.
      for (Path file : files.filter(f -> !f.endsWith("LOG")).sorted().toList()) {
        contents.add(Files.readAllBytes(file));
      }
    }
    return contents;
  }
}
