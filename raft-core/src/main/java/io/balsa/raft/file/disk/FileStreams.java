package io.balsa.raft.file.disk;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A file from its beginning to its end. One thread. Closing a stream closes its file. */
public final class FileStreams {
  private FileStreams() {}

  public static InputStream input(DiskFile file) {
    return new Input(file);
  }

  public static OutputStream output(DiskFile file) {
    return new Output(file);
  }

  private static final class Input extends InputStream {
    private final DiskFile file;
    private long offset;

    Input(DiskFile file) {
      this.file = file;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
      int count = length == 0 ? 0 : file.read(ByteBuffer.wrap(target, from, length), offset);
      offset += Math.max(count, 0);
      return count;
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private static final class Output extends OutputStream {
    private final DiskFile file;
    private long offset;

    Output(DiskFile file) {
      this.file = file;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int from, int length) throws IOException {
      file.writeFully(ByteBuffer.wrap(source, from, length), offset);
      offset += length;
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
