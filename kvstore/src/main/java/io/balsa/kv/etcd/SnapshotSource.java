package io.balsa.kv.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.balsa.kv.backup.SnapshotFile;
import io.balsa.kv.proto.SnapshotResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as etcd's clients expect it: the bytes in chunks, each with how many are to come, then the hash of them all as
 * a message of its own.
 */
final class SnapshotSource implements StreamPump.Source<SnapshotResponse> {
  private static final int CHUNK_BYTES = 32 * 1024;

  private final SnapshotFile file;
  private final Runnable onClose;
  private final InputStream in;
  private final MessageDigest hash = sha256();
  private long bytesLeft;
  private boolean hashSent;

  /**
   * @param onClose runs once the file is closed
   */
  SnapshotSource(SnapshotFile file, Runnable onClose) {
    this.file = file;
    this.onClose = onClose;
    this.in = file.open();
    this.bytesLeft = file.bytes();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has SHA-256", e);
    }
  }

  @Override
  public @Nullable SnapshotResponse next() throws IOException {
    if (hashSent) {
      return null;
    }
    byte[] chunk = in.readNBytes((int) Math.min(CHUNK_BYTES, bytesLeft));
    bytesLeft -= chunk.length;
    if (chunk.length > 0) {
      hash.update(chunk);
      return message(UnsafeByteOperations.unsafeWrap(chunk));
    }
    if (bytesLeft > 0) {
      throw new IOException("the files of the snapshot are " + bytesLeft + " bytes too short");
    }
    hashSent = true;
    return message(UnsafeByteOperations.unsafeWrap(hash.digest()));
  }

  private SnapshotResponse message(ByteString blob) {
    return SnapshotResponse.newBuilder()
        .setRemainingBytes(bytesLeft)
        .setBlob(blob)
        .setVersion(ServerVersion.STORAGE)
        .build();
  }

  @Override
  public void close() {
    try (file) {
      in.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      onClose.run();
    }
  }
}
