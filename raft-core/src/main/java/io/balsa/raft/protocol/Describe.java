package io.balsa.raft.protocol;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.Role;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.Standing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The one printer of what goes into a core and what comes out: logs, scenarios and the simulator share it.
 *
 * <p>One form per thing, on one line, the same on every JVM: a golden file or an event log may be compared byte by byte.
 * Stateless; any thread.
 */
public final class Describe {
  /** More entries than this in one line are shown by the first and the last. */
  private static final int ENTRIES_SHOWN_MAX = 6;

  private Describe() {}

  /** What came in: {@code n2 VoteResponse t1 granted}, {@code persisted #4}, {@code time}. */
  public static String input(Input input) {
    return input.accept(InputText.INSTANCE);
  }

  public static String message(Message message) {
    return message.accept(MessageText.INSTANCE);
  }

  /** What leaves, with the receiver first: {@code n2 Append t2 prev=11@t2 last=12@t2 commit=11}. */
  public static String send(Send send) {
    return send.accept(SendText.INSTANCE);
  }

  /** {@code #4 t2 vote=n1 12@t2 "x=1"}. */
  public static String batch(PersistBatch batch) {
    StringBuilder text = new StringBuilder("#").append(batch.persistId());
    batch.hardState().ifPresent(state -> text.append(' ').append(state));
    batch.resetTo().ifPresent(meta -> text.append(" reset to ").append(snapshot(meta)));
    if (!batch.entries().isEmpty()) {
      text.append(' ').append(entries(batch.entries()));
    }
    return text.toString();
  }

  /** One line per thing that is owed, in the order in which a driver carries them out. */
  public static List<String> ready(Ready ready) {
    List<String> lines = new ArrayList<>();
    ready.persist().ifPresent(batch -> lines.add("persist " + batch(batch)));
    ready.sends().forEach(send -> lines.add("send " + send(send)));
    ready
        .sendsAfterPersist()
        .forEach(send -> lines.add("after #" + ready.afterPersistId() + ": send " + send(send)));
    ready.install().ifPresent(meta -> lines.add("install " + snapshot(meta)));
    ready.apply().ifPresent(range -> lines.add("apply " + range));
    ready.compact().ifPresent(meta -> lines.add("compact through " + meta.last()));
    ready.proposals().forEach(decision -> lines.add(decision(decision)));
    ready.reads().forEach(decision -> lines.add(decision(decision)));
    return lines;
  }

  /** {@code n3 Follower t2 vote=n1 leader=n1 log=1..12@t2 persisted=12 commit=12 applied=12}. */
  public static String status(CoreStatus status) {
    StringBuilder text =
        new StringBuilder()
            .append(status.self())
            .append(' ')
            .append(role(status.role()))
            .append(status.standing() == Standing.MEMBER ? "" : " " + standing(status.standing()))
            .append(" t")
            .append(status.term())
            .append(" vote=")
            .append(nodeOrNone(status.votedFor()))
            .append(" leader=")
            .append(nodeOrNone(status.leader()))
            .append(" log=")
            .append(status.firstIndex())
            .append("..")
            .append(status.last())
            .append(" persisted=")
            .append(status.persistedIndex())
            .append(" commit=")
            .append(status.commitIndex())
            .append(" applied=")
            .append(status.appliedIndex());
    if (!status.matchIndex().isEmpty()) {
      text.append(" match=");
      text.append(
          status.matchIndex().entrySet().stream()
              .map(match -> match.getKey() + ":" + match.getValue())
              .collect(Collectors.joining(",")));
    }
    if (status.rests()) {
      text.append(" rests");
    }
    return text.toString();
  }

  public static String decision(ProposalDecision decision) {
    String which = "proposals " + range(decision.firstProposalId(), decision.count());
    if (decision instanceof ProposalDecision.Accepted accepted) {
      return which + " accepted at " + accepted.first();
    }
    if (decision instanceof ProposalDecision.Rejected rejected) {
      return which + " rejected " + rejected.reason() + " leader=" + nodeOrNone(rejected.leader());
    }
    return which + " unknown";
  }

  public static String decision(ReadDecision decision) {
    String which = "read " + decision.readId();
    if (decision instanceof ReadDecision.Rejected rejected) {
      return which + " rejected " + rejected.reason() + " leader=" + nodeOrNone(rejected.leader());
    }
    return which + " granted at " + ((ReadDecision.Granted) decision).readIndex();
  }

  /** {@code 12@t2 "x=1"}, {@code 12@t2 noop}, {@code 12@t2 members n1,n2,n3}. */
  public static String entry(Entry entry) {
    return switch (entry.kind()) {
      case NOOP -> entry.id() + " noop";
      case COMMAND -> entry.id() + " " + entry.payload();
      case MEMBERSHIP -> entry.id() + " " + membership(Membership.decode(entry.payload()));
    };
  }

  public static String entries(List<Entry> entries) {
    if (entries.size() <= ENTRIES_SHOWN_MAX) {
      return entries.stream().map(Describe::entry).collect(Collectors.joining(" "));
    }
    return entry(entries.get(0))
        + " .. "
        + entry(entries.get(entries.size() - 1))
        + " ("
        + entries.size()
        + " entries)";
  }

  /** {@code members n1,n2,n3 leaving n4 learners n5,n6 promotable n6}, each part only when there is somebody in it. */
  public static String membership(Membership membership) {
    StringBuilder text = new StringBuilder("members ").append(nodes(membership.voters()));
    if (membership.isJoint()) {
      text.append(" leaving ").append(nodes(membership.outgoingVoters()));
    }
    if (!membership.learners().isEmpty()) {
      text.append(" learners ").append(nodes(membership.learners()));
    }
    if (!membership.promotable().isEmpty()) {
      text.append(" promotable ").append(nodes(membership.promotable()));
    }
    return text.toString();
  }

  /** {@code snapshot 10@t2 members n1,n2,n3}. */
  public static String snapshot(SnapshotMeta meta) {
    return "snapshot " + meta.last() + " " + membership(meta.membership().membership());
  }

  private static String standing(Standing standing) {
    return standing.name().toLowerCase(Locale.ROOT);
  }

  public static String role(Role role) {
    return switch (role) {
      case FOLLOWER -> "Follower";
      case PRE_CANDIDATE -> "PreCandidate";
      case CANDIDATE -> "Candidate";
      case LEADER -> "Leader";
    };
  }

  private static String nodeOrNone(Optional<NodeId> node) {
    return node.map(NodeId::value).orElse("-");
  }

  private static String nodes(Collection<NodeId> nodes) {
    return nodes.isEmpty()
        ? "none"
        : nodes.stream().map(NodeId::value).collect(Collectors.joining(","));
  }

  private static String range(long first, long count) {
    return count == 1 ? Long.toString(first) : first + ".." + (first + count - 1);
  }

  private static String commands(List<Bytes> commands) {
    if (commands.size() <= ENTRIES_SHOWN_MAX) {
      return commands.stream().map(Bytes::toString).collect(Collectors.joining(" "));
    }
    return commands.get(0)
        + " .. "
        + commands.get(commands.size() - 1)
        + " ("
        + commands.size()
        + " commands)";
  }

  private static final class InputText implements Input.Visitor<String> {
    static final InputText INSTANCE = new InputText();

    @Override
    public String onTimePassed(Input.TimePassed input) {
      return "time";
    }

    @Override
    public String onReceived(Input.Received input) {
      return input.from() + " " + message(input.message());
    }

    @Override
    public String onPropose(Input.Propose input) {
      return "propose "
          + range(input.firstProposalId(), input.commands().size())
          + " "
          + commands(input.commands());
    }

    @Override
    public String onChangeMembership(Input.ChangeMembership input) {
      MembershipChange change = input.change();
      return "change "
          + input.proposalId()
          + " to voters="
          + change.voters()
          + " learners="
          + change.learners()
          + (change.promotable().isEmpty() ? "" : " promotable=" + change.promotable())
          + change.expected().map(id -> " expected=" + id).orElse("")
          + (change.onlyCaughtUpVoters() ? "" : " unguarded");
    }

    @Override
    public String onReadBarrier(Input.ReadBarrier input) {
      return "read " + input.readId() + (input.byLease() ? " by lease" : "");
    }

    @Override
    public String onTransferLeadership(Input.TransferLeadership input) {
      return "transfer to " + input.target();
    }

    @Override
    public String onPersisted(Input.Persisted input) {
      return "persisted #" + input.persistId();
    }

    @Override
    public String onApplied(Input.Applied input) {
      return "applied " + input.index();
    }

    @Override
    public String onSnapshotTaken(Input.SnapshotTaken input) {
      return "snapshot taken through "
          + input.appliedThrough()
          + " compact through "
          + input.compactThrough();
    }

    @Override
    public String onSnapshotReceived(Input.SnapshotReceived input) {
      return "snapshot received from " + input.from() + ": " + snapshot(input.meta());
    }

    @Override
    public String onSnapshotSent(Input.SnapshotSent input) {
      return "snapshot sent to " + input.peer() + ": " + snapshot(input.meta());
    }

    @Override
    public String onSnapshotFailed(Input.SnapshotFailed input) {
      return "snapshot failed to " + input.peer();
    }

    @Override
    public String onPeerUnreachable(Input.PeerUnreachable input) {
      return "unreachable " + input.peer();
    }

    @Override
    public String onPeerSilent(Input.PeerSilent input) {
      return "silent " + input.peer();
    }
  }

  private static final class SendText implements Send.Visitor<String> {
    static final SendText INSTANCE = new SendText();

    @Override
    public String onDeliver(Send.Deliver send) {
      return send.to() + " " + message(send.message());
    }

    @Override
    public String onAppend(Send.Append send) {
      return send.to()
          + " Append t"
          + send.term()
          + " prev="
          + send.prev()
          + " last="
          + send.last()
          + " commit="
          + send.leaderCommit();
    }

    @Override
    public String onSendSnapshot(Send.SendSnapshot send) {
      return send.to() + " Snapshot t" + send.term() + " atLeast=" + send.atLeast();
    }
  }

  private static final class MessageText implements Message.Visitor<String> {
    static final MessageText INSTANCE = new MessageText();

    @Override
    public String onPreVoteRequest(Message.PreVoteRequest request) {
      return "PreVoteRequest t" + request.term() + " last=" + request.last();
    }

    @Override
    public String onPreVoteResponse(Message.PreVoteResponse response) {
      return "PreVoteResponse t"
          + response.term()
          + " for=t"
          + response.proposedTerm()
          + verdict(response.granted());
    }

    @Override
    public String onVoteRequest(Message.VoteRequest request) {
      return "VoteRequest t"
          + request.term()
          + " last="
          + request.last()
          + (request.leadershipTransfer() ? " transfer" : "");
    }

    @Override
    public String onVoteResponse(Message.VoteResponse response) {
      return "VoteResponse t" + response.term() + verdict(response.granted());
    }

    @Override
    public String onAppendRequest(Message.AppendRequest request) {
      return "Append t"
          + request.term()
          + " prev="
          + request.prev()
          + (request.entries().isEmpty() ? "" : " " + entries(request.entries()))
          + " commit="
          + request.leaderCommit();
    }

    @Override
    public String onAppendAccepted(Message.AppendAccepted response) {
      return "AppendAccepted t" + response.term() + " match=" + response.matchIndex();
    }

    @Override
    public String onAppendRejected(Message.AppendRejected response) {
      return "AppendRejected t"
          + response.term()
          + " prev="
          + response.prevIndex()
          + " hint="
          + response.hint();
    }

    @Override
    public String onHeartbeatRequest(Message.HeartbeatRequest request) {
      return "Heartbeat t"
          + request.term()
          + " commit="
          + request.leaderCommit()
          + " read="
          + request.readSequence()
          + (request.learnerSince().map(since -> " learner since " + since).orElse(""))
          + (request.rest() ? " rest" : "");
    }

    @Override
    public String onHeartbeatResponse(Message.HeartbeatResponse response) {
      return "HeartbeatResponse t"
          + response.term()
          + " read="
          + response.readSequence()
          + (response.rests() ? " rests" : "");
    }

    @Override
    public String onTimeoutNow(Message.TimeoutNow request) {
      return "TimeoutNow t" + request.term();
    }

    @Override
    public String onProposeRequest(Message.ProposeRequest request) {
      return "ProposeRequest t"
          + request.term()
          + " "
          + range(request.firstProposalId(), request.commands().size())
          + " "
          + commands(request.commands());
    }

    @Override
    public String onProposeAccepted(Message.ProposeAccepted response) {
      return "ProposeAccepted t"
          + response.term()
          + " "
          + range(response.firstProposalId(), response.count())
          + " at "
          + response.first();
    }

    @Override
    public String onProposeRejected(Message.ProposeRejected response) {
      return "ProposeRejected t"
          + response.term()
          + " "
          + range(response.firstProposalId(), response.count())
          + " "
          + response.reason();
    }

    @Override
    public String onReadIndexRequest(Message.ReadIndexRequest request) {
      return "ReadIndexRequest t" + request.term() + " read=" + request.readId();
    }

    @Override
    public String onReadIndexResponse(Message.ReadIndexResponse response) {
      return "ReadIndexResponse t"
          + response.term()
          + " read="
          + response.readId()
          + " index="
          + response.readIndex();
    }

    @Override
    public String onInstallSnapshotRequest(Message.InstallSnapshotRequest request) {
      return "InstallSnapshot t"
          + request.term()
          + " "
          + snapshot(request.meta())
          + " transfer="
          + request.transferId()
          + " offset="
          + request.offset()
          + " bytes="
          + request.chunk().size()
          + (request.last() ? " last" : "");
    }

    @Override
    public String onInstallSnapshotResponse(Message.InstallSnapshotResponse response) {
      return "InstallSnapshotResponse t"
          + response.term()
          + " transfer="
          + response.transferId()
          + " next="
          + response.nextOffset();
    }

    @Override
    public String onHostHeartbeat(Message.HostHeartbeat heartbeat) {
      return "HostHeartbeat start=" + heartbeat.startId() + (heartbeat.wanted() ? " wanted" : "");
    }

    private static String verdict(boolean granted) {
      return granted ? " granted" : " refused";
    }
  }
}
