package io.balsa.examples.bench.micro;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message.AppendRequest;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.transport.netty.wire.MessageCodec;
import io.balsa.raft.transport.netty.wire.WireFormatException;
import io.balsa.raft.transport.netty.wire.proto.WireBatch;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the wire format costs per entry, in appends of 64 entries of 256 bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CodecBenchmark {
  private static final int BATCH = 64;

  private final GroupMessage append = append();
  private final byte[] encoded = encodeAppend();

  /** From messages to bytes. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public byte[] encodeAppend() {
    return WireBatch.newBuilder().addMessages(MessageCodec.encode(append)).build().toByteArray();
  }

  /** From bytes to messages. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<GroupMessage> decodeAppend() throws WireFormatException {
    return MessageCodec.decode(encoded);
  }

  private static GroupMessage append() {
    Bytes payload = Bytes.copyOf(new byte[256]);
    List<Entry> entries =
        LongStream.rangeClosed(1001, 1000 + BATCH)
            .mapToObj(index -> Entry.command(new EntryId(3, index), payload))
            .toList();
    return new GroupMessage(GroupId.ONLY, new AppendRequest(3, new EntryId(3, 1000), entries, 990));
  }
}
