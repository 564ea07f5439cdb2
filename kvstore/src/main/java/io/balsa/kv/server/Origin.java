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
 * @param peerUrls of all members, itself included
 */
record Origin(Kind kind, SortedMap<MemberId, List<String>> peerUrls) {
  /** How it came there. */
  enum Kind {
    /** The cluster was born with it, and with the others that it knew. */
    FOUNDER,
    /** It was added. */
    JOINED,
    /** The cluster was restored from a snapshot, with it and the others that it knew. */
    RESTORED,
    /** The cluster is to be made of it alone; the Raft log may not say so yet. */
    FORCING,
    /** The cluster was made of it alone, and it wasn't started without that order since. */
    FORCED,
    /** The cluster was made of it alone, once. */
    SETTLED
  }

  Origin {
    peerUrls = Collections.unmodifiableSortedMap(new TreeMap<>(peerUrls));
  }

  static Origin founded(InitialCluster cluster) {
    SortedMap<MemberId, List<String>> urls = new TreeMap<>();
    for (String name : cluster.peerUrls().keySet()) {
      urls.put(cluster.memberId(name), MemberUrls.texts(cluster.peerUrlsOf(name)));
    }
    return new Origin(Kind.FOUNDER, urls);
  }

  static Origin joined(List<Member> members) {
    SortedMap<MemberId, List<String>> urls = new TreeMap<>();
    members.forEach(
        member -> urls.put(new MemberId(member.getID()), List.copyOf(member.getPeerURLsList())));
    return new Origin(Kind.JOINED, urls);
  }

  static Origin restored(InitialCluster cluster) {
    return new Origin(Kind.RESTORED, founded(cluster).peerUrls());
  }

  /** Of one that is left alone. */
  Origin only(MemberId self, Kind newKind) {
    SortedMap<MemberId, List<String>> own = new TreeMap<>(peerUrls);
    own.keySet().retainAll(List.of(self));
    return new Origin(newKind, own);
  }

  /** Whether the cluster was born with this member. */
  boolean isFounder() {
    return kind == Kind.FOUNDER;
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
