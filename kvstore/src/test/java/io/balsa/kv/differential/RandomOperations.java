package io.balsa.kv.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseKeepAliveRequest;
import io.balsa.kv.proto.LeaseLeasesRequest;
import io.balsa.kv.proto.LeaseRevokeRequest;
import io.balsa.kv.proto.LeaseTimeToLiveRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.WatchCancelRequest;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchProgressRequest;
import io.balsa.kv.proto.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Operations by chance, the same for the same seed: few keys and few leases, so that they meet; every field of every request,
 * odd and invalid ones too.
 */
final class RandomOperations {
  private static final int LARGE_BYTES = 100_000;
  private static final int TOO_LARGE_FOR_A_REQUEST = 1_700_000;
  private static final int TOO_LARGE_FOR_A_MESSAGE = 2_200_000;

  private static final ByteString ZEROS = ByteString.copyFrom(new byte[TOO_LARGE_FOR_A_MESSAGE]);

  private final Draw draw;
  private final RandomTxns txns;
  private long chosenLeases;

  private RandomOperations(long seed) {
    this.draw = new Draw(new Random(seed));
    this.txns = new RandomTxns(draw);
  }

  static List<Operation> draw(long seed, int count) {
    RandomOperations random = new RandomOperations(seed);
    List<Operation> operations = new ArrayList<>();
    while (operations.size() < count) {
      operations.addAll(random.next());
    }
    return operations.subList(0, count);
  }

  /** One operation, or a few that belong together. */
  private List<Operation> next() {
    int kind = draw.below(1000);
    if (kind < 250) {
      return one(Call.PUT, txns.put());
    } else if (kind < 500) {
      return one(Call.RANGE, txns.range());
    } else if (kind < 600) {
      return one(Call.DELETE_RANGE, txns.deleteRange());
    } else if (kind < 800) {
      return one(Call.TXN, txns.harmlessTxn());
    } else if (kind < 825) {
      return one(Call.COMPACT, compaction());
    } else if (kind < 928) {
      return lease();
    } else if (kind < 994) {
      return List.of(new Operation(Call.WATCH, watch(), draw.below(Client.STREAMS)));
    }
    return draw.oneIn(2) ? crowd() : one(Call.PUT, large());
  }

  /** Many keys at once, that are equal in much, and reads that sort them. */
  private List<Operation> crowd() {
    List<Operation> operations = new ArrayList<>();
    operations.addAll(one(Call.TXN, txns.manyPuts()));
    for (int i = 0; i < 4; i++) {
      operations.addAll(one(Call.RANGE, txns.sortedRange()));
    }
    return operations;
  }

  private static List<Operation> one(Call call, Message request) {
    return List.of(new Operation(call, request));
  }

  private Message large() {
    int bytes = draw.of(LARGE_BYTES, LARGE_BYTES, TOO_LARGE_FOR_A_REQUEST, TOO_LARGE_FOR_A_MESSAGE);
    return PutRequest.newBuilder().setKey(draw.key()).setValue(ZEROS.substring(0, bytes)).build();
  }

  private Message compaction() {
    long revision =
        switch (draw.below(10)) {
          case 0 -> draw.of(0, -1, -7, 1);
          case 1 -> Symbols.newest(draw.of(1, 2, 100));
          case 2, 3 -> Symbols.newest(0);
          case 4, 5 -> Symbols.compacted(draw.of(-1, 0, 1));
          default -> Symbols.newest(-draw.below(40));
        };
    return CompactionRequest.newBuilder().setRevision(revision).setPhysical(draw.oneIn(3)).build();
  }

  private List<Operation> lease() {
    return switch (draw.below(12)) {
      case 0, 1, 2 -> one(Call.LEASE_GRANT, longLease());
      case 3 -> shortLease();
      case 4 -> one(Call.LEASE_GRANT, tooLong());
      case 5, 6 ->
          one(Call.LEASE_REVOKE, LeaseRevokeRequest.newBuilder().setID(anyLease()).build());
      case 7, 8 ->
          one(Call.LEASE_KEEP_ALIVE, LeaseKeepAliveRequest.newBuilder().setID(anyLease()).build());
      case 9, 10 ->
          one(
              Call.LEASE_TIME_TO_LIVE,
              LeaseTimeToLiveRequest.newBuilder().setID(anyLease()).setKeys(draw.oneIn(2)).build());
      default -> one(Call.LEASE_LEASES, LeaseLeasesRequest.getDefaultInstance());
    };
  }

  /** One that no run outlives. */
  private Message longLease() {
    return LeaseGrantRequest.newBuilder()
        .setID(draw.oneIn(4) ? newLease() : draw.lease())
        .setTTL(draw.of(36_000, 100_000, 9_000_000_000L))
        .build();
  }

  private Message tooLong() {
    return LeaseGrantRequest.newBuilder()
        .setID(draw.lease())
        .setTTL(draw.of(9_000_000_001L, Long.MAX_VALUE))
        .build();
  }

  /** The shortest there is, and gone before it runs out: when that would be, two servers needn't agree on. */
  private List<Operation> shortLease() {
    long id = draw.oneIn(2) ? newLease() : 77;
    long ttl = draw.of(0, 1, 2, -1, -5, Long.MIN_VALUE);
    return List.of(
        new Operation(
            Call.LEASE_GRANT, LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build()),
        new Operation(
            Call.LEASE_TIME_TO_LIVE, LeaseTimeToLiveRequest.newBuilder().setID(id).build()),
        new Operation(Call.LEASE_REVOKE, LeaseRevokeRequest.newBuilder().setID(id).build()));
  }

  private long newLease() {
    chosenLeases++;
    return Symbols.chosenLease(chosenLeases);
  }

  private long anyLease() {
    return chosenLeases > 0 && draw.oneIn(4)
        ? Symbols.chosenLease(chosenLeases - draw.below((int) Math.min(3, chosenLeases)))
        : draw.lease();
  }

  private Message watch() {
    WatchRequest.Builder request = WatchRequest.newBuilder();
    int kind = draw.below(20);
    if (kind < 13) {
      request.setCreateRequest(create());
    } else if (kind < 17) {
      request.setCancelRequest(
          WatchCancelRequest.newBuilder()
              .setWatchId(draw.oneIn(8) ? draw.of(-1, 999) : draw.below(8)));
    } else if (kind < 19) {
      request.setProgressRequest(WatchProgressRequest.getDefaultInstance());
    }
    return request.build();
  }

  private WatchCreateRequest.Builder create() {
    WatchCreateRequest.Builder create =
        WatchCreateRequest.newBuilder()
            .setKey(draw.key())
            .setRangeEnd(draw.rangeEnd())
            .setProgressNotify(draw.oneIn(5))
            .setPrevKv(draw.oneIn(2))
            .setFragment(draw.oneIn(4))
            .setStartRevision(
                switch (draw.below(10)) {
                  case 0, 1, 2 -> 0;
                  case 3 -> Symbols.newest(draw.of(1, 2, 7));
                  case 4 -> Symbols.compacted(draw.of(-1, 0, 1));
                  case 5 -> draw.of(-1, 1, Long.MIN_VALUE, Long.MAX_VALUE);
                  default -> Symbols.newest(-draw.below(60));
                });
    if (draw.oneIn(4)) {
      create.setWatchId(draw.of(1, 2, 3, 5, 7, -3));
    }
    while (draw.oneIn(4)) {
      create.addFiltersValue(draw.of(0, 1, 1, 0, 9));
    }
    return create;
  }
}
