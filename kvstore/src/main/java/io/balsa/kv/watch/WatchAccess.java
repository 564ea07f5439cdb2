package io.balsa.kv.watch;

import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.WatchCreateRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Who may watch what. Asked on the call's thread, once for each new watch; doesn't block. */
@FunctionalInterface
public interface WatchAccess {
  /** Everybody, everything. */
  WatchAccess OPEN = request -> CompletableFuture.completedFuture(Optional.empty());

  /** Why the client whose call this thread is handling may not; empty if it may. Completes on any thread. */
  CompletableFuture<Optional<KvError>> refusal(WatchCreateRequest request);

  /** How etcd words it in a response: clients look for these texts. */
  static String reason(KvError error) {
    StringBuilder code = new StringBuilder();
    for (String word : error.code().name().split("_", -1)) {
      code.append(word, 0, 1).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return "rpc error: code = " + code + " desc = " + error.text();
  }
}
