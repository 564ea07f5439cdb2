package io.balsa.kv.server;

import io.balsa.kv.command.MemberPublish;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.Member;
import io.balsa.kv.request.MemberDirectory;
import io.balsa.kv.state.ApplyListener;
import io.balsa.kv.state.KvStateMachine;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The members that the cluster was born with, and what each of them has published about itself since. Thread-safe; the list
 * is made anew on the apply thread when that changes.
 */
final class KnownMembers implements MemberDirectory, ApplyListener {
  private final InitialCluster initial;
  private final KvStateMachine state;
  private volatile List<Member> members;

  KnownMembers(InitialCluster initial, KvStateMachine state) {
    this.initial = initial;
    this.state = state;
    this.members = merge();
  }

  private List<Member> merge() {
    Map<MemberId, Member> merged = new TreeMap<>();
    initial
        .peerUrls()
        .forEach(
            (name, peerUrls) -> {
              MemberId id = initial.memberId(name);
              merged.put(
                  id,
                  Member.newBuilder()
                      .setID(id.value())
                      .addAllPeerURLs(MemberUrls.texts(peerUrls))
                      .build());
            });
    for (MemberPublish published : state.members()) {
      merged.put(
          new MemberId(published.getId()),
          Member.newBuilder()
              .setID(published.getId())
              .setName(published.getName())
              .addAllPeerURLs(published.getPeerUrlsList())
              .addAllClientURLs(published.getClientUrlsList())
              .build());
    }
    return List.copyOf(merged.values());
  }

  @Override
  public List<Member> members() {
    return members;
  }

  @Override
  public void onMemberPublished(long memberId) {
    members = merge();
  }

  @Override
  public void onRestored() {
    members = merge();
  }
}
