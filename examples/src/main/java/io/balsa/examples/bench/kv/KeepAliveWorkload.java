package io.balsa.examples.bench.kv;

import io.balsa.examples.bench.report.Row;
import io.balsa.examples.process.ExampleException;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseGrpc;
import io.balsa.kv.proto.LeaseKeepAliveRequest;
import io.balsa.kv.proto.LeaseKeepAliveResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Clients that each keep a lease alive over a stream of their own, at the leader, and ask again as soon as they have the answer.
 */
record KeepAliveWorkload(int clients) implements Workload {
  private static final int CONNECTIONS = 30;
  private static final long LEASE_SECONDS = 600;
  private static final long ANSWER_SECONDS_MAX = 60;

  @Override
  public String name() {
    return "lease-keepalive";
  }

  @Override
  public int valueBytes() {
    return 0;
  }

  @Override
  public Row run(Subject subject, Connections connections, Span span) {
    var leader = List.of(Connections.leader(subject.endpoints()));
    try (Connections toLeader = Connections.open(leader, Math.min(CONNECTIONS, clients))) {
      List<Long> leases = new ArrayList<>();
      for (int client = 0; client < clients; client++) {
        leases.add(grant(toLeader.of(client)));
      }
      Tally tally = new Tally(clients);
      for (int client = 0; client < clients; client++) {
        new KeepAlive(tally, toLeader.of(client), leases.get(client)).ask();
      }
      tally.pass(span.rampUp());
      Meter meter = new Meter(subject);
      tally.measure();
      tally.passAtLeastOne(span.measured());
      tally.stop();
      Meter.Reading reading = meter.read();
      tally.awaitIdle(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
      if (tally.latency().count() == 0) {
        throw new ExampleException("no lease was kept alive; " + tally.firstError());
      }
      return reading.row(tally.latency().count(), tally.latency()).with("errors", tally.errors());
    }
  }

  private static long grant(ManagedChannel channel) {
    return LeaseGrpc.newBlockingStub(channel)
        .withDeadlineAfter(ANSWER_SECONDS_MAX, TimeUnit.SECONDS)
        .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(LEASE_SECONDS).build())
        .getID();
  }

  /** One client's stream. */
  private static final class KeepAlive extends ClientCall.Listener<LeaseKeepAliveResponse> {
    private final Tally tally;
    private final ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call;
    private final LeaseKeepAliveRequest request;
    private long asked;

    KeepAlive(Tally tally, ManagedChannel channel, long lease) {
      this.tally = tally;
      this.call = channel.newCall(LeaseGrpc.getLeaseKeepAliveMethod(), CallOptions.DEFAULT);
      this.request = LeaseKeepAliveRequest.newBuilder().setID(lease).build();
      call.start(this, new Metadata());
    }

    void ask() {
      asked = System.nanoTime();
      call.request(1);
      call.sendMessage(request);
    }

    @Override
    public void onMessage(LeaseKeepAliveResponse answer) {
      if (answer.getTTL() > 0) {
        tally.done(System.nanoTime() - asked);
      } else {
        tally.failed("the lease is gone");
      }
      if (tally.isStopped()) {
        call.halfClose();
        call.request(1); // To hear of the stream's end.
      } else {
        ask();
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (!status.isOk()) {
        tally.failed(status.toString());
      }
      tally.clientEnded();
    }
  }
}
