package io.balsa.raft.transport.netty.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.testkit.contract.RandomMessages;
import io.balsa.raft.transport.netty.wire.proto.WireBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The bytes of one frame of each kind, as the first version wrote them. A difference means that members of two versions don't
 * understand each other. {@code -Dscenario.rewrite=true} writes the file anew.
 */
final class GoldenBytesTest {
  private static final Path FILE =
      Path.of("src/test/resources/io/balsa/raft/transport/netty/wire/frames.txt");
  private static final long SEED = 5;

  @Test
  void framesAreWrittenAsTheyAlwaysWere() throws IOException {
    List<String> lines = new ArrayList<>();
    for (GroupMessage message : new RandomMessages(SEED).oneOfEach()) {
      lines.add(message.message().getClass().getSimpleName() + " " + frame(message));
    }
    if (Boolean.getBoolean("scenario.rewrite")) {
      Files.write(FILE, lines);
    }
    assertThat(lines).isEqualTo(Files.readAllLines(FILE));
  }

  @Test
  void framesOfTheFirstVersionAreStillRead() throws Exception {
    List<GroupMessage> read = new ArrayList<>();
    for (String line : Files.readAllLines(FILE)) {
      byte[] frame = HexFormat.of().parseHex(line.substring(line.indexOf(' ') + 1));
      byte[] body = new byte[frame.length - FrameLayout.HEADER_BYTES];
      System.arraycopy(frame, FrameLayout.HEADER_BYTES, body, 0, body.length);
      read.addAll(MessageCodec.decode(body));
    }
    assertThat(read).isEqualTo(new RandomMessages(SEED).oneOfEach());
  }

  private static String frame(GroupMessage message) {
    WireBatch batch = WireBatch.newBuilder().addMessages(MessageCodec.encode(message)).build();
    ByteBuf frame = FrameLayout.frame(UnpooledByteBufAllocator.DEFAULT, FrameType.MESSAGES, batch);
    try {
      return ByteBufUtil.hexDump(frame);
    } finally {
      frame.release();
    }
  }
}
