package io.balsa.kv.state;

import io.balsa.kv.auth.AuthState;
import io.balsa.kv.state.store.StorePin;
import io.balsa.raft.model.NodeStoppedException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Hands the newest {@link Published} to readers. Published by the apply thread; any thread may read or refresh. */
final class Publisher {
  private volatile @Nullable Published current;

  /** Shows a new state to readers from now on; takes over the pin. */
  void publish(StorePin pin, StateRow state, AuthState auth) {
    replace(new Published(pin, state, auth));
  }

  /**
   * Shows the same state through a newer pin, so that the older one no longer keeps rows that nobody can see. Does nothing
   * if another state comes meanwhile: its pin is newer, too.
   */
  synchronized void refresh(Supplier<StorePin> newer) {
    Published shown = orStopped(current);
    StorePin pin = newer.get();
    if (StateRow.decode(pin.get(Tables.STATE)).equals(shown.state())) {
      replace(new Published(pin, shown.state(), shown.auth()));
    } else {
      pin.close();
    }
  }

  /** No reader gets in from now on; those inside may finish. */
  void close() {
    replace(null);
  }

  private synchronized void replace(@Nullable Published next) {
    Published before = current;
    current = next;
    if (before != null) {
      before.pin().close();
    }
  }

  /** The newest state, without a hold on its rows: for its numbers only. */
  StateRow state() {
    return orStopped(current).state();
  }

  /** The newest users and roles. */
  AuthState auth() {
    return orStopped(current).auth();
  }

  /** The newest state, with one hold on its pin for the caller. */
  Published retain() {
    while (true) {
      Published seen = orStopped(current);
      // It fails only when a newer one was published in between: then take that one.
      if (seen.pin().tryRetain()) {
        return seen;
      }
    }
  }

  /** Reads the newest state, holding it meanwhile. */
  <T> T read(Function<Published, T> reading) {
    Published held = retain();
    try {
      return reading.apply(held);
    } finally {
      held.pin().close();
    }
  }

  private static Published orStopped(@Nullable Published published) {
    if (published == null) {
      throw new NodeStoppedException("the state is closed");
    }
    return published;
  }
}
