package io.balsa.kv.server;

import static io.balsa.kv.server.MemberClient.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.HashKVRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.SnapshotRequest;
import io.balsa.kv.proto.SnapshotResponse;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.KvStateMachine;
import io.grpc.Context;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a member sends to be kept, judged as etcd's clients judge it, and opened again. */
@Timeout(120)
final class SnapshotStreamTest {
  @TempDir private Path dir;

  @Test
  void aSnapshotIsWholeAndHoldsTheState() throws Exception {
    try (TestCluster cluster = TestCluster.start(dir.resolve("cluster"), 1);
        MemberClient member = new MemberClient(cluster, 0)) {
      fill(member, 20);
      var hash = member.maintenance().hashKV(HashKVRequest.getDefaultInstance());
      List<SnapshotResponse> messages = new ArrayList<>();
      member
          .maintenance()
          .snapshot(SnapshotRequest.getDefaultInstance())
          .forEachRemaining(messages::add);

      ByteArrayOutputStream data = new ByteArrayOutputStream();
      long before = Long.MAX_VALUE;
      for (SnapshotResponse chunk : messages.subList(0, messages.size() - 1)) {
        assertThat(chunk.getBlob().size()).isBetween(1, 32 * 1024);
        assertThat(chunk.getRemainingBytes()).isLessThan(before);
        assertThat(chunk.getVersion()).isEqualTo("3.6.0");
        before = chunk.getRemainingBytes();
        chunk.getBlob().writeTo(data);
      }
      SnapshotResponse last = messages.get(messages.size() - 1);
      assertThat(before).isZero();
      assertThat(last.getRemainingBytes()).isZero();
      assertThat(last.getBlob().toByteArray())
          .isEqualTo(MessageDigest.getInstance("SHA-256").digest(data.toByteArray()));
      assertThat(data.size() % 512).as("etcdctl demands it").isZero();
      assertThat(messages.get(0).getRemainingBytes() + messages.get(0).getBlob().size())
          .isEqualTo(data.size());

      TreeMap<String, byte[]> files = untar(data.toByteArray());
      assertThat(new String(files.remove("BALSA-SNAPSHOT"), StandardCharsets.UTF_8))
          .contains("format=1\n", "cluster-id=", "version=0.1.0\n");
      assertThat(files.remove("BALSA-CHECKSUMS")).hasSizeGreaterThan(4 * (2_000_000 / 65_536));
      Path state = dir.resolve("restored");
      Files.createDirectories(state.resolve("db-1"));
      Files.writeString(state.resolve("ACTIVE"), "db-1\n");
      for (String name : files.keySet()) {
        assertThat(name).startsWith("db/");
        Files.write(state.resolve("db-1").resolve(name.substring(3)), files.get(name));
      }
      try (KvStateMachine restored = KvStateMachine.open(state, KvStateConfig.DEFAULT)) {
        assertThat(restored.hashKv(0).hash()).isEqualTo(hash.getHash());
        assertThat(restored.events().currentRevision()).isEqualTo(hash.getHashRevision());
        assertThat(restored.members()).hasSize(1);
      }
      awaitNoCapture();
    }
  }

  @Test
  void aClientThatLeavesGivesTheDiskBackAndTheThirdAtOnceIsRefused() throws Exception {
    try (TestCluster cluster = TestCluster.start(dir.resolve("cluster"), 1);
        MemberClient member = new MemberClient(cluster, 0)) {
      fill(member, 60);
      Context.CancellableContext both = Context.current().withCancellation();
      both.run(
          () -> {
            for (int i = 0; i < 2; i++) {
              Iterator<SnapshotResponse> open =
                  member.maintenance().snapshot(SnapshotRequest.getDefaultInstance());
              assertThat(open.next().getRemainingBytes()).isPositive();
            }
          });
      refused(
          KvError.TOO_MANY_REQUESTS,
          () -> member.maintenance().snapshot(SnapshotRequest.getDefaultInstance()).next());
      assertThat(captures()).hasSize(2);
      both.cancel(null);
      awaitNoCapture();
      assertThat(
              member
                  .maintenance()
                  .snapshot(SnapshotRequest.getDefaultInstance())
                  .next()
                  .getRemainingBytes())
          .isPositive();
    }
  }

  /** Values that don't compress: more than the transport holds. */
  private static void fill(MemberClient member, int keys) {
    Random random = new Random(8);
    for (int i = 0; i < keys; i++) {
      byte[] value = new byte[100_000];
      random.nextBytes(value);
      assertThat(
              member
                  .kv()
                  .put(
                      PutRequest.newBuilder()
                          .setKey(ByteString.copyFromUtf8("k" + i))
                          .setValue(ByteString.copyFrom(value))
                          .build())
                  .getHeader()
                  .getRevision())
          .isGreaterThan(1);
    }
  }

  private void awaitNoCapture() throws IOException {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!captures().isEmpty()) {
      assertThat(System.nanoTime()).as("left over: %s", captures()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private List<Path> captures() throws IOException {
    try (Stream<Path> state = Files.list(dir.resolve("cluster/m0/state"))) {
      return state.filter(path -> path.getFileName().toString().startsWith("capture-")).toList();
    }
  }

  /** As POSIX has it; checks what a reader of tar checks. */
  private static TreeMap<String, byte[]> untar(byte[] archive) throws IOException {
    TreeMap<String, byte[]> files = new TreeMap<>();
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(archive));
    byte[] header = new byte[512];
    in.readFully(header);
    while (header[0] != 0) {
      assertThat(text(header, 257, 6)).isEqualTo("ustar");
      assertThat(Integer.parseInt(text(header, 148, 8).strip(), 8)).isEqualTo(sum(header));
      byte[] file = new byte[Integer.parseInt(text(header, 124, 12), 8)];
      in.readFully(file);
      in.skipNBytes(-file.length & 511);
      assertThat(files.put(text(header, 0, 100), file)).isNull();
      in.readFully(header);
    }
    assertThat(in.readAllBytes()).as("the second block of the end").isEqualTo(new byte[512]);
    return files;
  }

  private static String text(byte[] header, int at, int bytes) {
    String field = new String(header, at, bytes, StandardCharsets.US_ASCII);
    int end = field.indexOf('\0');
    return end < 0 ? field : field.substring(0, end);
  }

  private static int sum(byte[] header) {
    byte[] blank = header.clone();
    Arrays.fill(blank, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : blank) {
      sum += b & 0xff;
    }
    return sum;
  }
}
