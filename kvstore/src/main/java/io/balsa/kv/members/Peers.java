package io.balsa.kv.members;

import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.Member;
import io.balsa.raft.model.NodeId;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The transport, as far as members come and go. Thread-safe; nothing blocks. */
public interface Peers {

  /** Talk to the member at the first of these URLs from now on. */
  void set(MemberId member, List<String> peerUrls);

  /** Neither talk nor listen to it any more. Nothing happens if it isn't known. */
  void remove(NodeId node);

  /**
   * Whom the member at these URLs knows as members of this cluster, whether or not it hears a leader. Fails if it doesn't answer soon,
   * or is another cluster's.
   */
  CompletableFuture<List<Member>> ask(List<String> peerUrls);

  /** Whether there is a connection to it. */
  boolean isConnected(MemberId member);
}
