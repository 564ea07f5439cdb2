package io.balsa.kv.state;

import io.balsa.kv.auth.AuthState;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.kv.proto.TxnResponse;

/**
 * The store as it was at one applied point, for as long as the view is open. Cheap to open; pins old data, so close it
 * soon. One thread at a time; many views may be open at once.
 *
 * <p>Requests that can't be answered throw {@link io.balsa.kv.model.KvException} with the API's error.
 */
public interface ReadView extends AutoCloseable {

  /** The revision of the newest change in this view; 1 for an empty store. */
  long currentRevision();

  /** Revisions before this one can't be read; -1 before the first compaction. */
  long compactedRevision();

  /** The users and roles in this view: by them it is to be decided who may read from it. */
  AuthState auth();

  /** Answers a range; the header holds the current revision, the rest of it is the server's to fill. */
  RangeResponse range(RangeRequest request);

  /**
   * Reads the beginning of a range in key order, without counting the rest: what the request says about order, filters and
   * limit has no effect.
   *
   * @param keysMax how many keys to return at most
   * @param bytesMax stop after the key with which the answer reaches so many bytes
   */
  RangePage page(RangeRequest request, long keysMax, long bytesMax);

  /** Answers a transaction whose branches only read: its compares and ranges see one and the same state. */
  TxnResponse txnReadOnly(TxnRequest request);

  /** Lets go of what the view pins. Closing twice is harmless. */
  @Override
  void close();
}
