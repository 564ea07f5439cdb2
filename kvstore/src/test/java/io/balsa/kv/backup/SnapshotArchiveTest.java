package io.balsa.kv.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.state.store.RocksSettings;
import io.balsa.kv.state.store.RocksStore;
import io.balsa.kv.state.store.StoreWrites;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot that isn't whole is refused, and the message says where. */
final class SnapshotArchiveTest {
  private static final Pattern BETWEEN =
      Pattern.compile("is damaged between the offsets (\\d+) and (\\d+) ");
  private static final Pattern AT = Pattern.compile("at offset (\\d+): ");
  private static final Pattern BEHIND = Pattern.compile("is damaged behind offset (\\d+), ");

  @TempDir private Path dir;

  @Test
  void aSavedSnapshotIsReadBackAndUnpacks() throws IOException {
    Path file = dir.resolve("whole.db");
    byte[] bytes = save(file);
    try (SnapshotArchive archive = SnapshotArchive.open(file)) {
      assertThat(archive.origin())
          .isEqualTo(new SnapshotFile.Origin(0xcafe_cafe_cafe_cafeL, -2, "0.1.0"));
      assertThat(archive.bytes()).isEqualTo(bytes.length);
      Path database = Files.createDirectory(dir.resolve("db"));
      archive.extractDatabase(database);
      assertThat(database.resolve("CURRENT")).content().startsWith("MANIFEST-");
      try (var files = Files.list(database)) {
        assertThat(files.mapToLong(path -> path.toFile().length()).sum())
            .isEqualTo(archive.databaseBytes());
      }
    }
  }

  @Test
  void everyDamagedBitIsFoundAndToldToWithinABlock() throws IOException {
    Path file = dir.resolve("damaged.db");
    byte[] whole = save(dir.resolve("whole.db"));
    Random random = new Random(4711);
    for (int round = 0; round < 400; round++) {
      int at = round < 16 ? round * 37 : random.nextInt(whole.length);
      at = round >= 390 ? whole.length - 1 - 3 * (round - 390) : at;
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, damaged);
      int offset = at;
      assertThatThrownBy(() -> SnapshotArchive.open(file))
          .isInstanceOf(SnapshotException.class)
          .hasMessageContaining(file.toString())
          .message()
          .satisfies(message -> assertPlace(message, offset));
    }
  }

  /** A header's own checksum says where it is; a file's bytes are told to within a block. */
  private static void assertPlace(String message, int offset) {
    Matcher between = BETWEEN.matcher(message);
    Matcher at = AT.matcher(message);
    Matcher behind = BEHIND.matcher(message);
    if (between.find()) {
      assertThat((long) offset)
          .as(message)
          .isBetween(Long.parseLong(between.group(1)), Long.parseLong(between.group(2)) - 1);
    } else if (at.find()) {
      long header = Long.parseLong(at.group(1));
      assertThat((long) offset).as(message).isBetween(header, header + 1023);
    } else {
      assertThat(behind.find()).as("%d: %s", offset, message).isTrue();
      assertThat((long) offset).as(message).isGreaterThanOrEqualTo(Long.parseLong(behind.group(1)));
    }
  }

  @Test
  void whatIsCutOffOrLongerIsRefused() throws IOException {
    Path file = dir.resolve("cut.db");
    byte[] whole = save(dir.resolve("whole.db"));
    Random random = new Random(815);
    for (int round = 0; round < 200; round++) {
      int length =
          round < 100
              ? random.nextInt(whole.length)
              : 512 * random.nextInt(whole.length / 512) + 32;
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> SnapshotArchive.open(file))
          .as("of %d bytes", length)
          .isInstanceOf(SnapshotException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("at offset ");
    }
    Files.write(file, Arrays.copyOf(whole, whole.length + 512));
    assertThatThrownBy(() -> SnapshotArchive.open(file)).isInstanceOf(SnapshotException.class);
  }

  @Test
  void aSnapshotOfEtcdIsKnownAsSuch() throws IOException {
    Path file = dir.resolve("etcd.db");
    byte[] bbolt = new byte[16384 + 32];
    ByteBuffer.wrap(bbolt).order(ByteOrder.LITTLE_ENDIAN).putInt(16, 0xED0CDAED);
    Files.write(file, bbolt);
    assertThatThrownBy(() -> SnapshotArchive.open(file))
        .hasMessageContaining("is etcd's, which only etcd can restore");
  }

  @Test
  void aDownloadCountsOnlyWhenItIsWhole() throws IOException {
    byte[] whole = save(dir.resolve("whole.db"));
    Path file = dir.resolve("download.db");
    Files.writeString(file, "the one of yesterday");
    byte[] damaged = whole.clone();
    damaged[5000] ^= 1;
    try (SnapshotDownload download = SnapshotDownload.to(file)) {
      download.write(ByteBuffer.wrap(damaged));
      assertThatThrownBy(download::finish).hasMessageContaining("Nothing was saved");
    }
    assertThat(file).hasContent("the one of yesterday");
    try (SnapshotDownload download = SnapshotDownload.to(file)) {
      for (int at = 0; at < whole.length; at += 999) {
        download.write(ByteBuffer.wrap(whole, at, Math.min(999, whole.length - at)));
      }
      download.finish();
    }
    assertThat(file).hasBinaryContent(whole);
    try (var files = Files.list(dir)) {
      assertThat(files.filter(path -> path.toString().endsWith(".part"))).isEmpty();
    }
  }

  /** Some hundred kilobytes that don't compress, so that there are several blocks. */
  private byte[] save(Path file) throws IOException {
    Random random = new Random(1);
    RocksSettings settings = new RocksSettings(1 << 20, 1 << 20, (byte) 'L');
    try (RocksStore store = RocksStore.open(dir.resolve("store"), settings)) {
      for (int i = 0; i < 20; i++) {
        StoreWrites writes = new StoreWrites();
        byte[] value = new byte[10_000];
        random.nextBytes(value);
        writes.put(new byte[] {(byte) i}, value);
        store.write(writes);
      }
      store.flush();
      SnapshotFile.Origin origin = new SnapshotFile.Origin(0xcafe_cafe_cafe_cafeL, -2, "0.1.0");
      try (SnapshotFile snapshot = new SnapshotFile(origin, store.backup());
          InputStream in = snapshot.open()) {
        byte[] archive = in.readAllBytes();
        assertThat(archive).hasSize((int) snapshot.bytes());
        byte[] hash = SnapshotArchive.newSha256().digest(archive);
        byte[] saved = Arrays.copyOf(archive, archive.length + hash.length);
        System.arraycopy(hash, 0, saved, archive.length, hash.length);
        Files.write(file, saved);
        return saved;
      }
    }
  }
}
