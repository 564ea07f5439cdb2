package io.balsa.kv.ctl;

import io.balsa.kv.proto.AuthGrpc;
import io.balsa.kv.proto.AuthenticateRequest;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.Console;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** Where a member is, and who asks. */
final class Endpoint {
  private static final long DIAL_SECONDS = 10;

  @Option(
      names = "--endpoints",
      split = ",",
      paramLabel = "URL",
      description = "Client URLs of members; the first that answers is asked (${DEFAULT-VALUE}).")
  private List<String> endpoints = List.of("127.0.0.1:2379");

  @Option(
      names = "--user",
      paramLabel = "NAME[:PASSWORD]",
      description = "Who asks, if authentication is on; asks for a password that isn't given.")
  private Optional<String> user = Optional.empty();

  @Option(names = "--password", paramLabel = "PASSWORD", description = "The user's password.")
  private Optional<String> password = Optional.empty();

  List<String> all() {
    return endpoints;
  }

  /** A connection that is being made. */
  static ManagedChannel connect(String endpoint) {
    if (endpoint.startsWith("https://")) {
      throw new CtlException(endpoint + " asks for TLS, which isn't supported yet; use http://");
    }
    String target = endpoint.replaceFirst("^http://", "").replaceFirst("/$", "");
    return NettyChannelBuilder.forTarget("dns:///" + target)
        .usePlaintext()
        .maxInboundMessageSize(Integer.MAX_VALUE)
        .build();
  }

  /** The connection, with the user's token on each call. */
  Channel authenticated(ManagedChannel channel) {
    if (user.isEmpty()) {
      return channel;
    }
    int colon = user.get().indexOf(':');
    String name = colon < 0 ? user.get() : user.get().substring(0, colon);
    String secret =
        colon < 0 ? password.orElseGet(() -> askFor(name)) : user.get().substring(colon + 1);
    String token =
        AuthGrpc.newBlockingStub(channel)
            .withDeadlineAfter(DIAL_SECONDS, TimeUnit.SECONDS)
            .authenticate(
                AuthenticateRequest.newBuilder().setName(name).setPassword(secret).build())
            .getToken();
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  private static String askFor(String name) {
    Console console = System.console();
    char[] typed = console == null ? null : console.readPassword("Password of %s: ", name);
    if (typed == null) {
      throw new CtlException("there is nobody to ask for the password: use --user NAME:PASSWORD");
    }
    return new String(typed);
  }
}
