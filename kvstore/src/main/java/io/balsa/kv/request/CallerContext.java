package io.balsa.kv.request;

import io.balsa.kv.command.Caller;
import io.grpc.Context;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf the thread is working, in gRPC's context: set for each call by whoever checks its token, read where
 * something is done that not everybody may. Empty while authentication is off.
 *
 * <p>The context goes with the call's own callbacks, not with what a future runs later: take what is needed out of it before
 * a handler returns.
 */
public final class CallerContext {
  private static final Context.Key<Caller> CALLER = Context.key("caller");
  private static final Context.Key<String> TOKEN = Context.key("token");

  private CallerContext() {}

  /** Whose call this thread is handling; null if nobody's. */
  public static @Nullable Caller caller() {
    return CALLER.get();
  }

  /** The token that came with the call, to be passed on with a call on its behalf; null if there was none. */
  public static @Nullable String token() {
    return TOKEN.get();
  }

  /** A context for a call; the caller is null if the token is nobody's. */
  public static Context of(@Nullable Caller caller, @Nullable String token) {
    return Context.current().withValues(CALLER, caller, TOKEN, token);
  }
}
