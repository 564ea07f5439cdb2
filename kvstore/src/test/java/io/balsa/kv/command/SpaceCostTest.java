package io.balsa.kv.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseRevokeRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import org.junit.jupiter.api.Test;

class SpaceCostTest {
  private static final PutRequest PUT =
      PutRequest.newBuilder()
          .setKey(ByteString.copyFromUtf8("key"))
          .setValue(ByteString.copyFromUtf8("value"))
          .build();
  private static final RequestOp PUT_OP = RequestOp.newBuilder().setRequestPut(PUT).build();
  private static final RequestOp RANGE_OP =
      RequestOp.newBuilder().setRequestRange(RangeRequest.getDefaultInstance()).build();
  private static final RequestOp DELETE_OP =
      RequestOp.newBuilder().setRequestDeleteRange(DeleteRangeRequest.getDefaultInstance()).build();

  @Test
  void aPutCostsItsBytesAndALeaseItsRow() {
    assertThat(SpaceCost.of(KvCommand.newBuilder().setPut(PUT))).isEqualTo(264);
    assertThat(
            SpaceCost.of(
                KvCommand.newBuilder().setLeaseGrant(LeaseGrantRequest.getDefaultInstance())))
        .isEqualTo(64);
  }

  @Test
  void aTxnCostsThePutsOfItsDearerBranchWithThoseNestedInIt() {
    TxnRequest nested = TxnRequest.newBuilder().addSuccess(PUT_OP).addFailure(RANGE_OP).build();
    TxnRequest txn =
        TxnRequest.newBuilder()
            .addSuccess(PUT_OP)
            .addFailure(PUT_OP)
            .addFailure(RequestOp.newBuilder().setRequestTxn(nested))
            .addFailure(DELETE_OP)
            .build();
    assertThat(SpaceCost.of(KvCommand.newBuilder().setTxn(txn))).isEqualTo(2 * 264);
  }

  @Test
  void whatMakesRoomIsFree() {
    TxnRequest noPuts = TxnRequest.newBuilder().addSuccess(RANGE_OP).addFailure(DELETE_OP).build();
    assertThat(SpaceCost.of(KvCommand.newBuilder().setTxn(noPuts))).isZero();
    assertThat(
            SpaceCost.of(
                KvCommand.newBuilder().setDeleteRange(DeleteRangeRequest.getDefaultInstance())))
        .isZero();
    assertThat(
            SpaceCost.of(
                KvCommand.newBuilder().setCompaction(CompactionRequest.getDefaultInstance())))
        .isZero();
    assertThat(
            SpaceCost.of(
                KvCommand.newBuilder().setLeaseRevoke(LeaseRevokeRequest.getDefaultInstance())))
        .isZero();
  }
}
