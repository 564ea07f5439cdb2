package io.balsa.kv.metrics;

import io.balsa.kv.etcd.ServerVersion;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.model.NodeId;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/**
 * The figures of one member. Thread-safe.
 *
 * <p>Some gauges end in {@code _total}, and are none of Prometheus' counters: so etcd named them, and dashboards know them.
 */
public final class MemberMetrics {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final CallMetrics calls = new CallMetrics(registry);
  private final Counter leaderChanges;
  private final AtomicReference<Optional<NodeId>> lastLeader =
      new AtomicReference<>(Optional.empty());

  public MemberMetrics(
      MemberId self,
      RequestRouter router,
      KvStateMachine state,
      long quotaBytes,
      BooleanSupplier isLearner) {
    leaderChanges =
        Counter.builder()
            .name("etcd_server_leader_changes_seen_total")
            .help("Times that a leader became known.")
            .register(registry);
    addIdentity(self);
    addRaft(router, isLearner);
    addStore(state, quotaBytes);
    ProcessMetrics.builder().register(registry);
    JvmRuntimeInfoMetric.builder().register(registry);
    JvmMemoryMetrics.builder().register(registry);
    JvmBufferPoolMetrics.builder().register(registry);
    JvmGarbageCollectorMetrics.builder().register(registry);
    JvmThreadsMetrics.builder().register(registry);
  }

  /** To be put in front of all services. */
  public CallMetrics calls() {
    return calls;
  }

  PrometheusRegistry registry() {
    return registry;
  }

  /** Gets to know every change of the node's status. */
  public void onStatus(NodeStatus status) {
    Optional<NodeId> before = lastLeader.getAndSet(status.leader());
    if (status.leader().isPresent() && !status.leader().equals(before)) {
      leaderChanges.inc();
    }
  }

  private void addIdentity(MemberId self) {
    labelled("etcd_server_id", "This member.", "server_id", self.toString());
    labelled("etcd_server_version", "Whose API it is.", "server_version", ServerVersion.ETCD);
    labelled(
        "etcd_cluster_version",
        "The version that all members have at least.",
        "cluster_version",
        ServerVersion.CLUSTER.substring(0, ServerVersion.CLUSTER.lastIndexOf('.')));
  }

  private void addRaft(RequestRouter router, BooleanSupplier isLearner) {
    ofNode(
        "etcd_server_has_leader",
        "Whether a leader is known.",
        router,
        node -> node.leader().isPresent() ? 1 : 0);
    ofNode(
        "etcd_server_is_leader",
        "Whether this member leads.",
        router,
        node -> node.isLeader() ? 1 : 0);
    gauge(
        "etcd_server_is_learner",
        "Whether this member is a learner.",
        () -> isLearner.getAsBoolean() ? 1 : 0);
    ofNode(
        "etcd_server_proposals_committed_total",
        "The index of the last committed entry.",
        router,
        NodeStatus::commitIndex);
    ofNode(
        "etcd_server_proposals_applied_total",
        "The index of the last applied entry.",
        router,
        NodeStatus::appliedIndex);
    gauge(
        "etcd_server_proposals_pending",
        "Proposals of this member's clients that are under way.",
        () -> router.proposals().pending());
    CounterWithCallback.builder()
        .name("etcd_server_proposals_failed_total")
        .help("Proposals of this member's clients that weren't, or may not have been, carried out.")
        .callback(figure -> figure.call(router.proposals().failed()))
        .register(registry);
  }

  private void addStore(KvStateMachine state, long quotaBytes) {
    gauge("etcd_mvcc_db_total_size_in_bytes", "What the store takes on the disk.", state::dbSize);
    gauge(
        "etcd_mvcc_db_total_size_in_use_in_bytes",
        "What would be left of it if nothing were superseded.",
        state::dbSizeInUse);
    gauge(
        "etcd_server_quota_backend_bytes",
        "What the store may take on the disk.",
        () -> quotaBytes);
    gauge(
        "etcd_debugging_mvcc_current_revision",
        "The revision of the last applied write.",
        () -> state.events().currentRevision());
  }

  private void ofNode(
      String name, String help, RequestRouter router, ToDoubleFunction<NodeStatus> figure) {
    gauge(name, help, () -> figure.applyAsDouble(router.replica().status()));
  }

  private void gauge(String name, String help, DoubleSupplier figure) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(gauge -> gauge.call(figure.getAsDouble()))
        .register(registry);
  }

  private void labelled(String name, String help, String label, String value) {
    Gauge.builder()
        .name(name)
        .help(help)
        .labelNames(label)
        .register(registry)
        .labelValues(value)
        .set(1);
  }
}
