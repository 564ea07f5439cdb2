package io.balsa.kv.request;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.MetadataUtils;
import org.jspecify.annotations.Nullable;

/**
 * Marks calls that a member passed on to the leader, so that two members with different ideas of
 * who leads don't pass one to and fro. Stateless; any thread.
 */
public final class Forwarded implements ServerInterceptor {
  private static final Metadata.Key<String> MARK =
      Metadata.Key.of("balsa-forwarded", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Boolean> MARKED = Context.keyWithDefault("forwarded", false);

  /** Whether the call that this thread is handling was passed on by another member. */
  public static boolean thisCall() {
    return MARKED.get();
  }

  /**
   * A channel that marks what is sent through it.
   *
   * @param token of the client on whose behalf it is sent, if it has one: the leader wants to see it too
   */
  public static Channel marking(Channel channel, @Nullable String token) {
    Metadata metadata = new Metadata();
    metadata.put(MARK, "1");
    if (token != null) {
      metadata.put(TOKEN, token);
    }
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
    boolean marked = metadata.containsKey(MARK);
    return Contexts.interceptCall(
        Context.current().withValue(MARKED, marked), call, metadata, next);
  }
}
