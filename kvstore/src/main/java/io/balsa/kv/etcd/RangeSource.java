package io.balsa.kv.etcd;

import com.google.protobuf.ByteString;
import io.balsa.kv.auth.Access;
import io.balsa.kv.command.Caller;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeRequest.SortOrder;
import io.balsa.kv.proto.RangeRequest.SortTarget;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.proto.RangeStreamResponse;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.state.RangePage;
import io.balsa.kv.state.ReadView;
import io.grpc.Status;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A range in chunks that, merged, are the answer to the same request in one piece. All of it is read at one revision, each
 * chunk through a view of its own: a slow client keeps nothing from being compacted, and learns of it by an error.
 */
final class RangeSource implements StreamPump.Source<RangeStreamResponse> {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  /** The first chunk is short, so that it comes soon. */
  private static final int FIRST_CHUNK_KEYS = 10;

  private static final long CHUNK_BYTES = 512 * 1024;

  private final RangeRequest request;
  private final Supplier<ReadView> views;
  private final @Nullable Caller caller;
  private final LongFunction<ResponseHeader.Builder> header;

  /** What is still to be read; empty before the first chunk. */
  private @Nullable RangeRequest rest;

  private @Nullable ResponseHeader head;
  private long sent;
  private boolean done;

  /**
   * @param caller whose permissions count, at each chunk anew; null for nobody's
   * @param header the head of an answer at a revision
   */
  RangeSource(
      RangeRequest request,
      Supplier<ReadView> views,
      @Nullable Caller caller,
      LongFunction<ResponseHeader.Builder> header) {
    this.request = request;
    this.views = views;
    this.caller = caller;
    this.header = header;
  }

  /**
   * @throws io.grpc.StatusRuntimeException if the request can't be answered in chunks
   */
  static void check(RangeRequest request) {
    if (request.getSortTarget() != SortTarget.KEY || request.getSortOrder() == SortOrder.DESCEND) {
      throw unimplemented("RangeStream does not support custom sort orders");
    }
    if (request.getMinModRevision() != 0
        || request.getMaxModRevision() != 0
        || request.getMinCreateRevision() != 0
        || request.getMaxCreateRevision() != 0) {
      throw unimplemented("RangeStream does not support revision filters");
    }
  }

  private static RuntimeException unimplemented(String text) {
    return Status.UNIMPLEMENTED.withDescription(text).asRuntimeException();
  }

  @Override
  public @Nullable RangeStreamResponse next() {
    if (done) {
      return null;
    }
    try (ReadView view = views.get()) {
      Access.of(view.auth(), caller).range(request);
      return RangeStreamResponse.newBuilder().setRangeResponse(chunk(view)).build();
    }
  }

  private RangeResponse chunk(ReadView view) {
    if (rest == null || head == null) {
      long now = view.currentRevision();
      head = header.apply(now).build();
      rest = request.getRevision() > 0 ? request : request.toBuilder().setRevision(now).build();
    }
    if (request.getCountOnly()) {
      done = true;
      return last(RangeResponse.newBuilder(), head, count(view, rest), false);
    }
    long keysLeft = request.getLimit() > 0 ? request.getLimit() - sent : Long.MAX_VALUE;
    long keysMax = sent == 0 ? Math.min(FIRST_CHUNK_KEYS, keysLeft) : keysLeft;
    RangePage page = view.page(rest, keysMax, CHUNK_BYTES);
    RangeResponse.Builder chunk = RangeResponse.newBuilder().addAllKvs(page.kvs());
    sent += page.kvs().size();
    if (!page.more()) {
      done = true;
      return last(chunk, head, sent, false);
    }
    KeyValue lastKv = page.kvs().get(page.kvs().size() - 1);
    rest = rest.toBuilder().setKey(lastKv.getKey().concat(ZERO)).build();
    if (sent == request.getLimit()) {
      done = true;
      return last(chunk, head, sent + count(view, rest), true);
    }
    return chunk.build();
  }

  private static RangeResponse last(
      RangeResponse.Builder chunk, ResponseHeader head, long count, boolean more) {
    return chunk.setHeader(head).setCount(count).setMore(more).build();
  }

  private static long count(ReadView view, RangeRequest range) {
    return view.range(range.toBuilder().setCountOnly(true).build()).getCount();
  }

  @Override
  public void close() {}
}
