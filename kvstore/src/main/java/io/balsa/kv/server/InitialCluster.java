package io.balsa.kv.server;

import io.balsa.kv.model.MemberId;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The members that a cluster is born with, the same on all of them. Ids follow from it, as in etcd. Immutable.
 *
 * @param peerUrls every member's peer URLs, by name
 * @param token keeps clusters with the same addresses apart
 */
record InitialCluster(SortedMap<String, List<URI>> peerUrls, String token) {

  InitialCluster {
    peerUrls = Collections.unmodifiableSortedMap(new TreeMap<>(peerUrls));
  }

  /**
   * @param text {@code n1=http://a:1,n1=http://b:1,n2=http://c:1}
   * @throws Flags.UsageException if it can't be understood
   */
  static InitialCluster parse(String text, String token) {
    SortedMap<String, List<URI>> members = new TreeMap<>();
    for (String entry : text.split(",")) {
      int equals = entry.indexOf('=');
      if (equals < 1) {
        throw new Flags.UsageException(
            "--initial-cluster: '" + entry.strip() + "' isn't of the form name=http://host:port");
      }
      members
          .computeIfAbsent(entry.substring(0, equals).strip(), name -> new ArrayList<>())
          .addAll(MemberUrls.parse("initial-cluster", entry.substring(equals + 1)));
    }
    long urls = members.values().stream().mapToLong(List::size).sum();
    long distinct = members.values().stream().flatMap(List::stream).distinct().count();
    if (urls != distinct) {
      throw new Flags.UsageException("--initial-cluster has the same URL more than once: " + text);
    }
    return new InitialCluster(members, token);
  }

  MemberId memberId(String name) {
    return MemberId.ofInitial(MemberUrls.texts(peerUrlsOf(name)), token);
  }

  List<URI> peerUrlsOf(String name) {
    return peerUrls.getOrDefault(name, List.of());
  }

  List<MemberId> memberIds() {
    return peerUrls.keySet().stream().map(this::memberId).toList();
  }

  long clusterId() {
    return MemberId.clusterId(memberIds());
  }
}
