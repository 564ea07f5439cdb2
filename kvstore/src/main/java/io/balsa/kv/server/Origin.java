package io.balsa.kv.server;

import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.Member;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a member came into its cluster: whom it knew when its data directory was made. Once there are members in its state, these
 * count, and this doesn't any more. Immutable.
 *
 * @param isFounder whether the cluster was born with this member, and the others that it knew
 * @param peerUrls of all members, itself included
 */
record Origin(boolean isFounder, SortedMap<MemberId, List<String>> peerUrls) {

  Origin {
    peerUrls = Collections.unmodifiableSortedMap(new TreeMap<>(peerUrls));
  }

  static Origin founded(InitialCluster cluster) {
    SortedMap<MemberId, List<String>> urls = new TreeMap<>();
    for (String name : cluster.peerUrls().keySet()) {
      urls.put(cluster.memberId(name), MemberUrls.texts(cluster.peerUrlsOf(name)));
    }
    return new Origin(true, urls);
  }

  static Origin joined(List<Member> members) {
    SortedMap<MemberId, List<String>> urls = new TreeMap<>();
    members.forEach(
        member -> urls.put(new MemberId(member.getID()), List.copyOf(member.getPeerURLsList())));
    return new Origin(false, urls);
  }

  /** As the list of members begins: nobody has said anything about itself yet. */
  List<Member> members() {
    return peerUrls.entrySet().stream()
        .map(
            member ->
                Member.newBuilder()
                    .setID(member.getKey().value())
                    .addAllPeerURLs(member.getValue())
                    .build())
        .toList();
  }
}
