package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import io.balsa.kv.ctl.Ctl;
import io.balsa.kv.proto.AuthUserListRequest;
import io.balsa.kv.proto.HashKVRequest;
import io.balsa.kv.proto.LeaseTimeToLiveRequest;
import io.balsa.kv.proto.MemberListRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchGrpc;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster's data is saved, looked at, and lives on in another cluster. */
@Timeout(180)
final class SnapshotRestoreTest {
  private static final long BUMP = 1_000_000_000;

  @TempDir private Path dir;

  @Test
  void keysLeasesAndUsersLiveOnInThreeMembersWithAHigherRevision() throws Exception {
    Path file = dir.resolve("backup.db");
    Saved saved;
    try (TestCluster old = TestCluster.start(dir.resolve("old"), 1)) {
      saved = fillAndSave(old, file);
    }
    JsonObject status = Ctl.done("snapshot", "status", file.toString(), "-w", "json").json();
    assertThat(status.get("revision").getAsLong()).isEqualTo(saved.revision());
    assertThat(status.get("totalKey").getAsLong()).isEqualTo(41);
    assertThat(status.get("totalSize").getAsLong()).isEqualTo(Files.size(file));
    assertThat(status.get("hash").getAsLong()).isEqualTo(Integer.toUnsignedLong(saved.hash()));
    assertThat(status.get("clusterId").getAsString())
        .isEqualTo(Long.toHexString(saved.clusterId()));
    assertThat(Ctl.done("snapshot", "status", file.toString()).out())
        .contains("REVISION", Long.toString(saved.revision()), Integer.toHexString(saved.hash()));
    long revision = saved.revision();

    TestCluster restored = TestCluster.stopped(dir.resolve("new"), 3);
    for (int i = 0; i < 3; i++) {
      Ctl made = restore(restored, i, file);
      assertThat(made.out()).contains("Its revision is " + (revision + BUMP));
    }
    try (restored) {
      restored.restartAll();
      for (int i = 0; i < 3; i++) {
        try (MemberClient member = new MemberClient(restored, i)) {
          checkRestored(new AuthClient(member.channel()), saved);
        }
      }
      try (MemberClient member = new MemberClient(restored, 1)) {
        AuthClient root = new AuthClient(member.channel()).as("root");
        var put = root.kv().put(MemberClient.putRequest("key0", "new"));
        assertThat(put.getHeader().getRevision()).isEqualTo(revision + BUMP + 1);
        watchFromBeforeIsTold(root, revision + 1, revision + BUMP);
      }
      restored.stop(2);
      restored.restart(2);
    }
  }

  /** What was saved. */
  private record Saved(long revision, long lease, long clusterId, int hash) {}

  private static Saved fillAndSave(TestCluster old, Path file) {
    try (MemberClient member = new MemberClient(old, 0)) {
      for (int i = 0; i < 50; i++) {
        member.put("key" + i % 40, "value" + i);
      }
      long lease = member.grant(3600);
      ResponseHeader leased =
          member
              .kv()
              .put(MemberClient.putRequest("leased", "value").toBuilder().setLease(lease).build())
              .getHeader();
      int hash = member.maintenance().hashKV(HashKVRequest.getDefaultInstance()).getHash();
      assertThat(new AuthClient(member.channel()).switchOn()).isNotNull();
      String[] save = {"snapshot", "save", file.toString(), "--endpoints=" + old.clientUrl(0)};
      Ctl.refused("no endpoint gave a snapshot, nothing was saved", save);
      Ctl.refused(
          "permission denied",
          Stream.concat(Arrays.stream(save), Stream.of("--user=ada:pw-ada"))
              .toArray(String[]::new));
      assertThat(file).doesNotExist();
      Ctl saved =
          Ctl.done(
              "snapshot",
              "save",
              file.toString(),
              "--endpoints=http://127.0.0.1:1," + old.clientUrl(0),
              "--user=root",
              "--password=pw-root");
      assertThat(saved.out()).contains("Snapshot of " + old.clientUrl(0) + " saved at " + file);
      assertThat(saved.err()).startsWith("http://127.0.0.1:1: ");
      return new Saved(leased.getRevision(), lease, leased.getClusterId(), hash);
    }
  }

  private static void checkRestored(AuthClient anybody, Saved saved) {
    AuthClient root = anybody.as("root");
    var all =
        root.kv()
            .range(
                RangeRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("k"))
                    .setRangeEnd(ByteString.copyFromUtf8("m"))
                    .build());
    assertThat(all.getHeader().getRevision()).isGreaterThanOrEqualTo(saved.revision() + BUMP);
    assertThat(all.getHeader().getClusterId()).isNotEqualTo(saved.clusterId());
    assertThat(all.getCount()).isEqualTo(41);
    for (int i = 0; i < 40; i++) {
      assertThat(root.kv().range(MemberClient.rangeRequest("key" + i)).getKvs(0).getValue())
          .isEqualTo(ByteString.copyFromUtf8("value" + (i < 10 ? i + 40 : i)));
    }
    assertThat(
            root.lease()
                .leaseTimeToLive(
                    LeaseTimeToLiveRequest.newBuilder().setID(saved.lease()).setKeys(true).build())
                .getKeysList())
        .containsExactly(ByteString.copyFromUtf8("leased"));
    assertThat(root.auth().userList(AuthUserListRequest.getDefaultInstance()).getUsersList())
        .containsExactly("ada", "root");
    assertThat(root.members().memberList(MemberListRequest.getDefaultInstance()).getMembersList())
        .extracting(member -> member.getName())
        .contains("m0", "m1", "m2")
        .hasSize(3);
  }

  /** What a client's cache does that has seen everything up to a revision of the old cluster. */
  private static void watchFromBeforeIsTold(AuthClient root, long from, long compacted)
      throws Exception {
    BlockingQueue<WatchResponse> answers = new LinkedBlockingQueue<>();
    var requests = WatchGrpc.newStub(root.channel()).watch(new QueueingObserver<>(answers));
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("key0"))
                    .setStartRevision(from))
            .build());
    WatchResponse answer = answers.poll(30, TimeUnit.SECONDS);
    while (answer != null && !answer.getCanceled()) {
      assertThat(answer.getEventsCount()).isZero();
      answer = answers.poll(30, TimeUnit.SECONDS);
    }
    assertThat(answer).isNotNull();
    assertThat(answer.getCompactRevision()).isEqualTo(compacted);
    requests.onCompleted();
  }

  @Test
  void nothingIsEverWrittenOver() throws Exception {
    Path file = save(dir.resolve("old"), dir.resolve("backup.db"));
    TestCluster restored = TestCluster.stopped(dir.resolve("new"), 1);
    Path draft = dir.resolve("new/m0.restoring/state");
    Files.createDirectories(draft);
    Files.writeString(draft.resolve("left"), "by a restore that was interrupted");

    restore(restored, 0, file, "--bump-revision=0");
    assertThat(restored.dataDir(0).resolve("state/left")).doesNotExist();
    assertThat(dir.resolve("new/m0.restoring")).doesNotExist();
    byte[] identity = Files.readAllBytes(restored.dataDir(0).resolve("identity"));

    Ctl.refused(
        "exists and isn't empty. Nothing was written",
        restoreCommand(restored, 0, file, "--initial-cluster-token=other"));
    assertThat(restored.dataDir(0).resolve("identity")).hasBinaryContent(identity);
    Ctl.refused(
        "--mark-compacted needs a --bump-revision above 0",
        restoreCommand(restored, 0, file, "--bump-revision=0", "--mark-compacted"));

    try (restored) {
      restored.restartAll();
      try (MemberClient member = new MemberClient(restored, 0)) {
        assertThat(member.get("key")).isEqualTo("saved");
        assertThat(member.put("key", "again")).isEqualTo(3);
      }
    }
  }

  @Test
  void aDamagedSnapshotLeavesNothingBehind() throws Exception {
    Path file = save(dir.resolve("old"), dir.resolve("backup.db"));
    byte[] damaged = Files.readAllBytes(file);
    damaged[damaged.length / 2] ^= 4;
    Files.write(file, damaged);
    TestCluster restored = TestCluster.stopped(dir.resolve("new"), 1);
    Ctl.refused("the snapshot " + file + " is damaged ", restoreCommand(restored, 0, file));
    Ctl.refused("the snapshot " + file + " is damaged ", "snapshot", "status", file.toString());
    assertThat(dir.resolve("new")).doesNotExist();
    try (Stream<Path> files = Files.list(dir)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("old", "backup.db");
    }
  }

  @Test
  void whatEtcdctlSavesIsRestored() throws Exception {
    assumeTrue(EtcdCluster.isOnPath("etcdctl"), EtcdctlTest.NO_ETCDCTL);
    Path file = dir.resolve("etcdctl.db");
    try (TestCluster old = TestCluster.start(dir.resolve("old"), 1);
        MemberClient member = new MemberClient(old, 0)) {
      member.put("key", "saved");
      ProcessBuilder save =
          new ProcessBuilder(
                  "etcdctl", "--endpoints=" + old.clientUrl(0), "snapshot", "save", file.toString())
              .redirectErrorStream(true);
      save.environment().put("ETCDCTL_API", "3");
      Process process = save.start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(output).isZero();
    }
    assertThat(
            Ctl.done("snapshot", "status", file.toString(), "-w", "json")
                .json()
                .get("revision")
                .getAsLong())
        .isEqualTo(2);
    TestCluster restored = TestCluster.stopped(dir.resolve("new"), 1);
    restore(restored, 0, file);
    try (restored) {
      restored.restartAll();
      try (MemberClient member = new MemberClient(restored, 0)) {
        assertThat(member.get("key")).isEqualTo("saved");
      }
    }
  }

  private static Path save(Path cluster, Path file) throws Exception {
    try (TestCluster old = TestCluster.start(cluster, 1);
        MemberClient member = new MemberClient(old, 0)) {
      member.put("key", "saved");
      Ctl.done("snapshot", "save", file.toString(), "--endpoints=" + old.clientUrl(0));
    }
    return file;
  }

  private static Ctl restore(TestCluster cluster, int i, Path file, String... more) {
    return Ctl.done(restoreCommand(cluster, i, file, more));
  }

  private static String[] restoreCommand(TestCluster cluster, int i, Path file, String... more) {
    return Stream.concat(
            Stream.of(
                "snapshot",
                "restore",
                file.toString(),
                "--name=m" + i,
                "--initial-cluster=" + cluster.initialCluster(),
                "--initial-advertise-peer-urls=" + cluster.peerUrl(i),
                "--data-dir=" + cluster.dataDir(i)),
            Arrays.stream(more))
        .toArray(String[]::new);
  }
}
