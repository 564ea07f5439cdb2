package io.balsa.kv.etcd;

import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.Member;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/** What of a request about members can be judged before it is proposed. Stateless. */
final class MemberChecks {
  private MemberChecks() {}

  /**
   * The URLs without repetitions, in order.
   *
   * @throws io.balsa.kv.model.KvException if there are none, or one isn't {@code http(s)://host:port}
   */
  static List<String> urls(Collection<String> given) {
    if (!areUrls(given)) {
      throw KvError.MEMBER_BAD_URLS.exception();
    }
    return given.stream().distinct().sorted().toList();
  }

  static boolean areUrls(Collection<String> given) {
    return !given.isEmpty() && given.stream().allMatch(MemberChecks::isPeerUrl);
  }

  private static boolean isPeerUrl(String text) {
    try {
      URI url = new URI(text);
      boolean known = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      boolean bare =
          url.getRawPath().isEmpty()
              && url.getQuery() == null
              && url.getRawFragment() == null
              && url.getRawUserInfo() == null;
      return known && bare && url.getHost() != null && url.getPort() > 0 && url.getPort() < 65536;
    } catch (URISyntaxException | RuntimeException e) {
      return false; // RuntimeException: opaque URIs have no path
    }
  }

  /** Whether, with one voter more that is down, this member would still be connected to a majority. Of one, a cluster may grow. */
  static boolean mayGrow(List<Member> members, long self, Predicate<Member> isConnected) {
    List<Member> voters = voters(members);
    return voters.size() == 1 || reached(voters, self, isConnected) >= (voters.size() + 1) / 2 + 1;
  }

  /** Whether this member would still be connected to a majority without one that it is connected to. */
  static boolean mayShrink(
      List<Member> members, long leaving, long self, Predicate<Member> isConnected) {
    List<Member> voters = voters(members);
    boolean counts =
        voters.stream()
            .anyMatch(
                voter -> voter.getID() == leaving && (leaving == self || isConnected.test(voter)));
    int left = voters.size() - 1;
    return !counts || reached(voters, self, isConnected) - 1 >= left / 2 + 1;
  }

  private static long reached(List<Member> voters, long self, Predicate<Member> isConnected) {
    return voters.stream()
        .filter(voter -> voter.getID() == self || isConnected.test(voter))
        .count();
  }

  private static List<Member> voters(List<Member> members) {
    return members.stream().filter(member -> !member.getIsLearner()).toList();
  }
}
