package io.balsa.kv.server;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;

/** Addresses as etcd's flags write them: comma-separated URLs with a host and a port. Stateless. */
final class MemberUrls {

  private MemberUrls() {}

  /**
   * @param flag for the message
   * @throws Flags.UsageException if any of them isn't {@code http://host:port}
   */
  static List<URI> parse(String flag, String text) {
    List<URI> urls =
        Arrays.stream(text.split(","))
            .map(String::strip)
            .filter(url -> !url.isEmpty())
            .map(url -> parseOne(flag, url))
            .toList();
    if (urls.isEmpty()) {
      throw new Flags.UsageException("--" + flag + " needs at least one URL");
    }
    return urls;
  }

  private static URI parseOne(String flag, String text) {
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      throw new Flags.UsageException("--" + flag + ": '" + text + "' isn't a URL");
    }
    if ("https".equals(url.getScheme())) {
      throw new Flags.UsageException(
          "--" + flag + ": " + text + " asks for TLS, which isn't supported yet; use http://");
    }
    boolean plain = url.getPath() == null || url.getPath().isEmpty();
    if (!"http".equals(url.getScheme()) || url.getHost() == null || url.getPort() < 0 || !plain) {
      throw new Flags.UsageException(
          "--" + flag + ": '" + text + "' isn't of the form http://host:port");
    }
    return url;
  }

  /** The address to listen on; unresolved if the name isn't known here. May ask a name server. */
  static InetSocketAddress address(URI url) {
    return new InetSocketAddress(host(url), url.getPort());
  }

  /** The address to connect to, by a name that is looked up later. */
  static InetSocketAddress unresolvedAddress(URI url) {
    return InetSocketAddress.createUnresolved(host(url), url.getPort());
  }

  private static String host(URI url) {
    String host = url.getHost();
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    return bracketed ? host.substring(1, host.length() - 1) : host;
  }

  /** Whether the host stands for every address of the machine, to which nobody can connect. */
  static boolean isWildcard(URI url) {
    return url.getHost().equals("0.0.0.0") || url.getHost().equals("[::]");
  }

  /** Whether the host is this machine as only the machine itself knows it. Looks no name up. */
  static boolean isLoopback(URI url) {
    String host = url.getHost();
    return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
  }

  static List<String> texts(List<URI> urls) {
    return urls.stream().map(URI::toString).toList();
  }
}
