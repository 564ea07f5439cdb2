package io.balsa.kv.ctl;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.UnknownCommandException;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.Member;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.Membership;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * An entry in few words. No values and nothing of passwords: what a dump shows may end in a ticket.
 *
 * @param type noop, membership, or the command's name
 */
record EntryText(String type, String what) {
  private static final int KEY_CHARS_MAX = 60;
  private static final int OPS_MAX = 5;

  static EntryText of(Entry entry) {
    return switch (entry.kind()) {
      case NOOP -> new EntryText("noop", "");
      case MEMBERSHIP -> new EntryText("membership", membership(entry));
      case COMMAND -> command(entry);
    };
  }

  private static String membership(Entry entry) {
    try {
      return Membership.decode(entry.payload()).toString();
    } catch (IllegalArgumentException e) {
      return "can't be decoded: " + e.getMessage();
    }
  }

  private static EntryText command(Entry entry) {
    KvCommand command;
    try {
      command = CommandCodec.decode(entry.payload());
    } catch (UnknownCommandException e) {
      return new EntryText("command", "not one of the store's: " + e.getMessage());
    }
    String type = command.getBodyCase().name().toLowerCase(Locale.ROOT);
    String caller = command.hasCaller() ? " (by " + command.getCaller().getUser() + ")" : "";
    return new EntryText(type, what(command) + caller);
  }

  private static String what(KvCommand command) {
    return switch (command.getBodyCase()) {
      case PUT -> put(command.getPut());
      case DELETE_RANGE -> delete(command.getDeleteRange());
      case TXN -> txn(command.getTxn());
      case COMPACTION -> "through revision " + command.getCompaction().getRevision();
      case LEASE_GRANT ->
          lease(command.getLeaseGrant().getID())
              + " for "
              + command.getLeaseGrant().getTTL()
              + " s";
      case LEASE_REVOKE -> lease(command.getLeaseRevoke().getID());
      case LEASE_EXPIRE -> leases(command.getLeaseExpire().getIdsList());
      case LEASE_CHECKPOINT ->
          leases(
              command.getLeaseCheckpoint().getCheckpointsList().stream()
                  .map(checkpoint -> checkpoint.getID())
                  .toList());
      case MEMBERS_FOUND -> members(command.getMembersFound().getMembersList());
      case MEMBER_ADD ->
          members(List.of(command.getMemberAdd().getMember()))
              + (command.getMemberAdd().getMember().getIsLearner() ? " as a learner" : "");
      case MEMBER_REMOVE -> Long.toHexString(command.getMemberRemove().getId());
      case MEMBER_UPDATE ->
          Long.toHexString(command.getMemberUpdate().getId())
              + " to "
              + String.join(",", command.getMemberUpdate().getPeerUrlsList());
      case MEMBER_PROMOTE -> Long.toHexString(command.getMemberPromote().getId());
      case MEMBER_REPLACE ->
          Long.toHexString(command.getMemberReplace().getOldId())
              + " by "
              + Long.toHexString(command.getMemberReplace().getNewId());
      case MEMBER_LEFT -> members(List.of(command.getMemberLeft().getMember()));
      case MEMBER_PUBLISH ->
          command.getMemberPublish().getName()
              + " "
              + Long.toHexString(command.getMemberPublish().getId())
              + " at "
              + String.join(",", command.getMemberPublish().getClientUrlsList());
      case USER_ADD -> command.getUserAdd().getName();
      case USER_DELETE -> command.getUserDelete().getName();
      case USER_CHANGE_PASSWORD -> command.getUserChangePassword().getName();
      case USER_GRANT_ROLE ->
          command.getUserGrantRole().getRole() + " to " + command.getUserGrantRole().getUser();
      case USER_REVOKE_ROLE ->
          command.getUserRevokeRole().getRole() + " from " + command.getUserRevokeRole().getName();
      case ROLE_ADD -> command.getRoleAdd().getName();
      case ROLE_DELETE -> command.getRoleDelete().getRole();
      case TOKEN_ISSUE -> command.getTokenIssue().getUser();
      case SPACE_REPORT ->
          Long.toHexString(command.getSpaceReport().getMemberId())
              + (command.getSpaceReport().getFull() ? " is full" : " has room");
      default -> "";
    };
  }

  private static String put(PutRequest put) {
    return key(put.getKey())
        + " = "
        + put.getValue().size()
        + " B"
        + (put.getLease() == 0 ? "" : ", " + lease(put.getLease()));
  }

  private static String delete(DeleteRangeRequest delete) {
    return range(delete.getKey(), delete.getRangeEnd());
  }

  private static String get(RangeRequest get) {
    return range(get.getKey(), get.getRangeEnd());
  }

  private static String range(ByteString from, ByteString end) {
    return end.isEmpty() ? key(from) : "[" + key(from) + ", " + key(end) + ")";
  }

  private static String txn(TxnRequest txn) {
    String compares =
        txn.getCompareList().stream()
            .limit(OPS_MAX)
            .map(EntryText::compare)
            .collect(Collectors.joining(", "));
    return "if "
        + (compares.isEmpty() ? "anything" : compares + more(txn.getCompareCount()))
        + " then "
        + ops(txn.getSuccessList())
        + " else "
        + ops(txn.getFailureList());
  }

  private static String compare(Compare compare) {
    return compare.getTarget().name().toLowerCase(Locale.ROOT)
        + " of "
        + range(compare.getKey(), compare.getRangeEnd());
  }

  private static String ops(List<RequestOp> ops) {
    return ops.isEmpty()
        ? "nothing"
        : ops.stream().limit(OPS_MAX).map(EntryText::op).collect(Collectors.joining(", "))
            + more(ops.size());
  }

  private static String more(int count) {
    return count > OPS_MAX ? " and " + (count - OPS_MAX) + " more" : "";
  }

  private static String op(RequestOp op) {
    return switch (op.getRequestCase()) {
      case REQUEST_PUT -> "put " + put(op.getRequestPut());
      case REQUEST_DELETE_RANGE -> "delete " + delete(op.getRequestDeleteRange());
      case REQUEST_RANGE -> "get " + get(op.getRequestRange());
      case REQUEST_TXN -> "a txn";
      case REQUEST_NOT_SET -> "nothing";
    };
  }

  private static String members(List<Member> members) {
    return members.stream()
        .map(
            member ->
                Long.toHexString(member.getID())
                    + " at "
                    + String.join(",", member.getPeerURLsList()))
        .collect(Collectors.joining(", "));
  }

  private static String leases(List<Long> ids) {
    return ids.stream().limit(OPS_MAX).map(EntryText::lease).collect(Collectors.joining(", "))
        + more(ids.size());
  }

  private static String lease(long id) {
    return "lease " + Long.toHexString(id);
  }

  /** Printable ASCII as it is, other bytes as \xNN; cut off when it is long. */
  private static String key(ByteString key) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < key.size(); i++) {
      if (text.length() > KEY_CHARS_MAX) {
        return text + "... (" + key.size() + " B)";
      }
      int b = key.byteAt(i) & 0xff;
      boolean plain = b > ' ' && b < 0x7f && b != '\\';
      text.append(plain ? String.valueOf((char) b) : String.format("\\x%02x", b));
    }
    return text.toString();
  }
}
