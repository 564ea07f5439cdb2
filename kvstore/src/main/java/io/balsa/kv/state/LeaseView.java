package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;

/**
 * The leases that exist. Callable from any thread; each call reads what is applied at that moment.
 *
 * <p>Throws {@link io.balsa.raft.model.NodeStoppedException} once the state machine is closed.
 */
public interface LeaseView {

  Optional<LeaseRecord> lookup(long id);

  /** The keys attached to the lease, in key order; empty for an unknown lease. */
  List<ByteString> keys(long id);

  /** Every lease, by id as an unsigned number. */
  List<LeaseRecord> all();
}
