package io.balsa.kv.etcd;

import io.balsa.kv.command.CommandDone;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.DowngradeInfo;
import io.balsa.kv.proto.DowngradeRequest;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.KvStateMachine;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The questions that precede a downgrade, answered as etcd answers them: one minor version down is allowed, one job at a
 * time. That a downgrade is enabled is in the state and in every member's status; it has no other effect, as there is no
 * earlier version of this server that couldn't read what it writes. Thread-safe; nothing blocks.
 */
final class Downgrades {
  /** A semantic version, whose patch may be missing. */
  private static final Pattern VERSION =
      Pattern.compile("([0-9]{1,9})\\.([0-9]{1,9})(\\.[0-9]{1,9}(-[^+]*)?(\\+.*)?)?");

  private final RequestRouter router;
  private final KvStateMachine state;

  Downgrades(RequestRouter router, KvStateMachine state) {
    this.router = router;
    this.state = state;
  }

  CompletableFuture<Void> handle(DowngradeRequest request) {
    return switch (request.getAction()) {
      case VALIDATE -> validate(request.getVersion()).thenAccept(target -> {});
      case ENABLE -> validate(request.getVersion()).thenCompose(this::enable);
      case CANCEL -> router.readBarrier().thenCompose(passed -> cancel());
      case UNRECOGNIZED -> failed(KvError.UNKNOWN_METHOD);
    };
  }

  /** Completes with the target, without its patch. */
  private CompletableFuture<String> validate(String version) {
    Optional<String> target = withoutPatch(version);
    if (target.isEmpty()) {
      return failed(KvError.WRONG_DOWNGRADE_VERSION_FORMAT);
    }
    return router.readBarrier().thenCompose(passed -> judge(target.get()));
  }

  private CompletableFuture<String> judge(String target) {
    if (!target.equals(oneMinorBefore(ServerVersion.CLUSTER))) {
      return failed(KvError.INVALID_DOWNGRADE_VERSION);
    }
    return state.downgrade().getEnabled()
        ? failed(KvError.DOWNGRADE_IN_PROGRESS)
        : CompletableFuture.completedFuture(target);
  }

  private CompletableFuture<Void> enable(String target) {
    return propose(DowngradeInfo.newBuilder().setEnabled(true).setTargetVersion(target).build());
  }

  private CompletableFuture<Void> cancel() {
    return state.downgrade().getEnabled()
        ? propose(DowngradeInfo.getDefaultInstance())
        : failed(KvError.NO_DOWNGRADE);
  }

  private CompletableFuture<Void> propose(DowngradeInfo wanted) {
    return router
        .propose(KvCommand.newBuilder().setDowngrade(wanted))
        .thenApply(result -> Results.of(result, CommandDone.class))
        .thenAccept(done -> {});
  }

  private static Optional<String> withoutPatch(String version) {
    Matcher parts = VERSION.matcher(version);
    return parts.matches()
        ? Optional.of(version(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2))))
        : Optional.empty();
  }

  private static String oneMinorBefore(String version) {
    String[] parts = version.split("\\.", -1);
    return version(Long.parseLong(parts[0]), Long.parseLong(parts[1]) - 1);
  }

  private static String version(long major, long minor) {
    return major + "." + minor + ".0";
  }

  private static <T> CompletableFuture<T> failed(KvError error) {
    return CompletableFuture.failedFuture(error.exception());
  }
}
