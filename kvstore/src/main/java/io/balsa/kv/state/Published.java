package io.balsa.kv.state;

import io.balsa.kv.auth.AuthState;
import io.balsa.kv.state.store.StorePin;

/**
 * What readers see: the rows after one batch, and how far they go. Opening a view is one atomic increment, no call into
 * the store. Immutable but for its holders; any thread.
 */
record Published(StorePin pin, StateRow state, AuthState auth) {

  MvccReader reader() {
    return new MvccReader(pin, state.revision(), state.compacted());
  }
}
