package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.LeaseExpire;
import io.balsa.kv.command.LeaseRemainders;
import io.balsa.kv.command.MemberPublish;
import io.balsa.kv.command.MembersFound;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.LeaseCheckpoint;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseRevokeRequest;
import io.balsa.kv.proto.Member;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import java.util.List;
import java.util.Random;

/** Commands and reads drawn from a seed: few keys, many collisions, awkward bytes, some requests that must be refused. */
final class RandomCommands {
  private static final List<String> KEYS =
      List.of(
          "a",
          "a\0",
          "a\0\0",
          "a\0\u00ff",
          "a\u0001",
          "ab",
          "b",
          "b/1",
          "b/2",
          "b/3",
          "b\u00ff",
          "c",
          "\0",
          "\0\0",
          "\u00ff",
          "\u00ff\u00ff",
          "zz");
  private static final long[] LEASES = {1, 2, 3, 77, Long.MAX_VALUE, Long.MIN_VALUE, -1};

  private final Random random;

  RandomCommands(long seed) {
    this.random = new Random(seed);
  }

  KvCommand.Builder command(long revision, long compacted, long term) {
    KvCommand.Builder command = KvCommand.newBuilder();
    int dice = random.nextInt(100);
    if (dice < 40) {
      return command.setPut(put());
    } else if (dice < 52) {
      return command.setDeleteRange(delete());
    } else if (dice < 80) {
      return command.setTxn(txn(revision, 2));
    } else if (dice < 83) {
      long target = compacted + 1 + random.nextInt(5) - (dice == 82 ? 3 : 0);
      return command.setCompaction(
          CompactionRequest.newBuilder().setRevision(Math.max(target, revision - 40)));
    } else if (dice < 89) {
      return command.setLeaseGrant(
          LeaseGrantRequest.newBuilder().setID(lease()).setTTL(random.nextInt(90)));
    } else if (dice < 93) {
      return command.setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease()));
    } else if (dice < 96) {
      LeaseExpire.Builder expire = LeaseExpire.newBuilder().setTerm(term - random.nextInt(2));
      return command.setLeaseExpire(expire.addIds(lease()).addIds(lease()));
    } else if (dice < 98) {
      LeaseCheckpoint.Builder point = LeaseCheckpoint.newBuilder().setID(lease());
      return command.setLeaseCheckpoint(
          LeaseRemainders.newBuilder()
              .setTerm(term - random.nextInt(2))
              .addCheckpoints(point.setRemainingTTL(random.nextInt(50))));
    }
    if (dice == 98) {
      return command.setMembersFound(
          MembersFound.newBuilder()
              .addMembers(Member.newBuilder().setID(0))
              .addMembers(Member.newBuilder().setID(1)));
    }
    return command.setMemberPublish(
        MemberPublish.newBuilder().setId(random.nextInt(3)).setName("m"));
  }

  private long lease() {
    return LEASES[random.nextInt(LEASES.length)];
  }

  ByteString key() {
    return bytes(KEYS.get(random.nextInt(KEYS.size())));
  }

  private static ByteString bytes(String latin1) {
    return ByteString.copyFrom(latin1, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  /** None, open, or some key: before or after the first one. */
  ByteString end() {
    return switch (random.nextInt(4)) {
      case 0 -> ByteString.EMPTY;
      case 1 -> bytes("\0");
      default -> key();
    };
  }

  private ByteString value() {
    int large = random.nextInt(4) == 0 ? VersionRow.SMALL_VALUE_BYTES_MAX - 2 : 0;
    byte[] value = new byte[large + random.nextInt(20)];
    random.nextBytes(value);
    return random.nextInt(10) == 0 ? bytes("same") : ByteString.copyFrom(value);
  }

  private PutRequest put() {
    PutRequest.Builder put = PutRequest.newBuilder().setKey(key()).setValue(value());
    put.setPrevKv(random.nextBoolean());
    if (random.nextInt(3) == 0) {
      put.setLease(lease());
    }
    if (random.nextInt(8) == 0) {
      put.setIgnoreValue(true).setValue(random.nextInt(6) == 0 ? bytes("no") : ByteString.EMPTY);
    }
    if (random.nextInt(8) == 0) {
      put.setIgnoreLease(true).setLease(random.nextInt(6) == 0 ? 1 : 0);
    }
    return put.build();
  }

  private DeleteRangeRequest delete() {
    DeleteRangeRequest.Builder delete = DeleteRangeRequest.newBuilder().setKey(key());
    // Mostly a single key: otherwise everything would always be empty.
    delete.setRangeEnd(random.nextInt(4) == 0 ? end() : ByteString.EMPTY);
    return delete.setPrevKv(random.nextBoolean()).build();
  }

  RangeRequest range(long revision) {
    RangeRequest.Builder range = RangeRequest.newBuilder().setKey(key()).setRangeEnd(end());
    if (random.nextBoolean()) {
      range.setKey(bytes("\0")).setRangeEnd(bytes("\0"));
    }
    if (random.nextBoolean()) {
      range.setRevision(revision - random.nextInt(60) + 1);
    }
    range.setLimit(random.nextBoolean() ? random.nextInt(6) : 0);
    range.setSortOrderValue(random.nextInt(3));
    range.setSortTargetValue(random.nextInt(3) == 0 ? random.nextInt(5) : 0);
    range.setKeysOnly(random.nextInt(4) == 0).setCountOnly(random.nextInt(6) == 0);
    if (random.nextInt(4) == 0) {
      range.setMinModRevision(bound(revision)).setMaxModRevision(bound(revision));
      range.setMinCreateRevision(bound(revision)).setMaxCreateRevision(bound(revision));
    }
    return range.build();
  }

  private long bound(long revision) {
    return random.nextBoolean() ? 0 : Math.max(0, revision - random.nextInt(40));
  }

  private TxnRequest txn(long revision, int depth) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (int i = random.nextInt(3); i > 0; i--) {
      txn.addCompare(compare(revision));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      txn.addSuccess(op(revision, depth));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      txn.addFailure(op(revision, depth));
    }
    return txn.build();
  }

  private Compare compare(long revision) {
    Compare.Builder compare = Compare.newBuilder().setKey(key());
    compare.setRangeEnd(random.nextInt(4) == 0 ? end() : ByteString.EMPTY);
    compare.setResultValue(random.nextInt(4)).setTargetValue(random.nextInt(5));
    // Sometimes for another target than the one compared.
    return switch (random.nextInt(6)) {
      case 0 -> compare.setVersion(random.nextInt(3)).build();
      case 1 -> compare.setCreateRevision(bound(revision)).build();
      case 2 -> compare.setModRevision(bound(revision)).build();
      case 3 -> compare.setValue(bytes("same")).build();
      case 4 -> compare.setLease(lease()).build();
      default -> compare.build();
    };
  }

  private RequestOp op(long revision, int depth) {
    RequestOp.Builder op = RequestOp.newBuilder();
    return switch (random.nextInt(depth > 0 ? 12 : 10)) {
      case 0, 1, 2, 3, 4 -> op.setRequestPut(put()).build();
      case 5, 6 -> op.setRequestDeleteRange(delete()).build();
      case 7, 8, 9 -> op.setRequestRange(range(revision)).build();
      default -> op.setRequestTxn(txn(revision, depth - 1)).build();
    };
  }

  int below(int bound) {
    return random.nextInt(bound);
  }
}
