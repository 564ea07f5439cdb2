package io.balsa.raft.session;

import java.util.ArrayList;
import java.util.List;

/** What is to be done once a lock is free: proposals, and futures whose continuations are the user's. */
final class Effects {
  private final List<Runnable> actions = new ArrayList<>();

  void add(Runnable action) {
    actions.add(action);
  }

  void run() {
    actions.forEach(Runnable::run);
  }
}
