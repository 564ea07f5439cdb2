package io.balsa.kv.server;

import io.balsa.kv.command.TokenIssue;
import io.balsa.kv.state.ApplyListener;
import io.balsa.kv.state.RevisionEvents;
import java.util.List;
import java.util.function.Consumer;

/** Tells several listeners, in their order, what was applied. Immutable; called on the apply thread. */
final class ApplyFanOut implements ApplyListener {
  private final List<ApplyListener> listeners;

  ApplyFanOut(ApplyListener... listeners) {
    this.listeners = List.of(listeners);
  }

  private void tell(Consumer<ApplyListener> news) {
    listeners.forEach(news);
  }

  @Override
  public void onApplied(List<RevisionEvents> revisions, long revision) {
    tell(listener -> listener.onApplied(revisions, revision));
  }

  @Override
  public void onCompacted(long revision) {
    tell(listener -> listener.onCompacted(revision));
  }

  @Override
  public void onLeaseGranted(long id, long ttlSeconds) {
    tell(listener -> listener.onLeaseGranted(id, ttlSeconds));
  }

  @Override
  public void onLeaseRevoked(long id) {
    tell(listener -> listener.onLeaseRevoked(id));
  }

  @Override
  public void onLeaseCheckpointed(long id, long remainingSeconds) {
    tell(listener -> listener.onLeaseCheckpointed(id, remainingSeconds));
  }

  @Override
  public void onMembersChanged() {
    tell(ApplyListener::onMembersChanged);
  }

  @Override
  public void onTokenIssued(TokenIssue token) {
    tell(listener -> listener.onTokenIssued(token));
  }

  @Override
  public void onRestored() {
    tell(ApplyListener::onRestored);
  }
}
