package io.balsa.kv.state;

import io.balsa.kv.auth.AuthState;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.DeleteRangeResponse;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.PutResponse;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.kv.proto.TxnResponse;
import java.util.concurrent.atomic.AtomicBoolean;

/** A view with a hold on what was published when it was opened. */
final class PinnedView implements ReadView, TxnEvaluator.Ops {
  private final Published published;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Takes over one hold. */
  PinnedView(Published published) {
    this.published = published;
  }

  @Override
  public long currentRevision() {
    return published.state().revision();
  }

  @Override
  public long compactedRevision() {
    return published.state().compacted();
  }

  @Override
  public AuthState auth() {
    return published.auth();
  }

  @Override
  public RangeResponse range(RangeRequest request) {
    ensureOpen();
    return new RangeQuery(request).answer(published.reader());
  }

  @Override
  public RangePage page(RangeRequest request, long keysMax, long bytesMax) {
    ensureOpen();
    return RangeQuery.page(request, published.reader(), keysMax, bytesMax);
  }

  @Override
  public TxnResponse txnReadOnly(TxnRequest request) {
    ensureOpen();
    return new TxnEvaluator(this).evaluate(request, published.reader());
  }

  @Override
  public PutResponse put(PutRequest request) {
    throw new IllegalArgumentException("a read-only transaction holds a put");
  }

  @Override
  public DeleteRangeResponse deleteRange(DeleteRangeRequest request) {
    throw new IllegalArgumentException("a read-only transaction holds a delete");
  }

  @Override
  public long revision() {
    return currentRevision();
  }

  private void ensureOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the view is closed");
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      published.pin().close();
    }
  }
}
