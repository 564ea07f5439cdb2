package io.balsa.raft.driver;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message.HostHeartbeat;
import io.balsa.raft.message.MessageSize;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.protocol.Input;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The kinds of items that the event loop knows. */
final class InboxItems {
  /** What anything costs beside its payload. */
  private static final long ITEM_BYTES = 128;

  private InboxItems() {}

  record Proposal<R>(GroupLoop<R> group, Bytes command, ProposalListener<R> listener)
      implements InboxItem {
    @Override
    public long bytes() {
      return command.size() + ITEM_BYTES;
    }

    @Override
    public void onLoop(HostLoop loop) {
      if (loop.owns(group)) {
        loop.touch(group);
      }
      group.propose(command, listener, loop.now());
    }

    @Override
    public void onDiscard(NodeStoppedException reason) {
      listener.onStopped(reason);
    }
  }

  record Change(GroupLoop<?> group, MembershipChange change, ProposalListener<Membership> listener)
      implements InboxItem {
    @Override
    public long bytes() {
      return ITEM_BYTES;
    }

    @Override
    public void onLoop(HostLoop loop) {
      if (loop.owns(group)) {
        loop.touch(group);
      }
      group.changeMembership(change, listener, loop.now());
    }

    @Override
    public void onDiscard(NodeStoppedException reason) {
      listener.onStopped(reason);
    }
  }

  record Read(GroupLoop<?> group, PendingRead<?> read, boolean byLease) implements InboxItem {
    @Override
    public long bytes() {
      return ITEM_BYTES;
    }

    @Override
    public void onLoop(HostLoop loop) {
      if (loop.owns(group)) {
        loop.touch(group);
        group.read(read, byLease);
      }
    }

    @Override
    public void onDiscard(NodeStoppedException reason) {
      read.fail(reason);
    }
  }

  record Transfer(GroupLoop<?> group, NodeId target, CompletableFuture<Void> future)
      implements InboxItem {
    @Override
    public void onLoop(HostLoop loop) {
      if (loop.owns(group)) {
        loop.touch(group);
      }
      group.transferLeadership(target, future, loop.now());
    }

    @Override
    public void onDiscard(NodeStoppedException reason) {
      future.completeExceptionally(reason);
    }
  }

  /** Something that this host did has ended. */
  record Completion(GroupId id, Input input) implements InboxItem {
    @Override
    public void onLoop(HostLoop loop) {
      GroupLoop<?> group = loop.group(id);
      if (group != null) {
        loop.touch(group);
        group.step(input, loop.now());
      }
    }
  }

  record Messages(NodeId from, List<GroupMessage> messages, long bytes) implements InboxItem {
    static Messages of(NodeId from, List<GroupMessage> messages) {
      long bytes = 0;
      for (GroupMessage message : messages) {
        bytes += MessageSize.bytes(message.message());
      }
      return new Messages(from, messages, bytes);
    }

    @Override
    public void onLoop(HostLoop loop) {
      for (GroupMessage message : messages) {
        if (message.message() instanceof HostHeartbeat heartbeat) {
          loop.onHostHeartbeat(from, heartbeat);
          continue;
        }
        GroupLoop<?> group = loop.group(message.group());
        if (group != null) {
          loop.touch(group);
          group.receive(from, message.message(), loop.now());
        }
      }
    }
  }

  record PeerUnreachable(NodeId peer) implements InboxItem {
    @Override
    public void onLoop(HostLoop loop) {
      for (GroupLoop<?> group : loop.groups()) {
        loop.touch(group);
        group.step(new Input.PeerUnreachable(peer), loop.now());
      }
    }
  }

  /** Something that must run on the loop. */
  record Task(Consumer<HostLoop> body, CompletableFuture<Void> done) implements InboxItem {
    @Override
    public void onLoop(HostLoop loop) {
      body.accept(loop);
      done.complete(null);
    }

    @Override
    public void onDiscard(NodeStoppedException reason) {
      done.completeExceptionally(reason);
    }
  }
}
