package io.balsa.kv.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.model.KvError;
import io.balsa.raft.model.NodeStoppedException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

final class GrpcErrorsTest {

  @Test
  void codesAndTextsAreThoseThatClientsCompare() {
    expect(KvError.EMPTY_KEY, Status.Code.INVALID_ARGUMENT, "etcdserver: key is not provided");
    expect(
        KvError.COMPACTED,
        Status.Code.OUT_OF_RANGE,
        "etcdserver: mvcc: required revision has been compacted");
    expect(
        KvError.FUTURE_REVISION,
        Status.Code.OUT_OF_RANGE,
        "etcdserver: mvcc: required revision is a future revision");
    expect(KvError.LEASE_NOT_FOUND, Status.Code.NOT_FOUND, "etcdserver: requested lease not found");
    expect(KvError.TIMEOUT, Status.Code.UNAVAILABLE, "etcdserver: request timed out");
    expect(KvError.NO_LEADER, Status.Code.UNAVAILABLE, "etcdserver: no leader");
    expect(
        KvError.TOO_MANY_REQUESTS, Status.Code.RESOURCE_EXHAUSTED, "etcdserver: too many requests");
    expect(KvError.SERVER_STOPPED, Status.Code.UNAVAILABLE, "etcdserver: server stopped");
    expect(KvError.CORRUPT_CLUSTER, Status.Code.DATA_LOSS, "etcdserver: corrupt cluster");
    expect(KvError.WATCH_CANCELED, Status.Code.CANCELLED, "etcdserver: watch canceled");
  }

  @Test
  void everyErrorHasItsOwnTextAndARealCode() {
    assertThat(KvError.values()).extracting(KvError::text).doesNotHaveDuplicates();
    assertThat(KvError.values())
        .allSatisfy(
            error ->
                assertThat(GrpcErrors.of(error).getStatus().getCode().name())
                    .isEqualTo(error.code().name()));
    // What etcd fails to map comes from its client libraries, as it is.
    assertThat(KvError.values())
        .filteredOn(error -> error.code() != KvError.Code.UNKNOWN)
        .allSatisfy(error -> assertThat(error.text()).matches("(etcdserver|auth): .+"));
  }

  @Test
  void whatIsWrappedInAFutureIsFound() {
    StatusRuntimeException status =
        GrpcErrors.of(
            new CompletionException(new CompletionException(KvError.COMPACTED.exception())));
    assertThat(status.getStatus().getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
    assertThat(GrpcErrors.of(new NodeStoppedException("gone")).getStatus().getDescription())
        .isEqualTo("etcdserver: server stopped");
  }

  private static void expect(KvError error, Status.Code code, String text) {
    Status status = GrpcErrors.of(error.exception()).getStatus();
    assertThat(status.getCode()).isEqualTo(code);
    assertThat(status.getDescription()).isEqualTo(text);
  }
}
