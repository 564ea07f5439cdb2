package io.balsa.examples.chaos;

import io.balsa.examples.chaos.history.Operation;
import io.balsa.examples.chaos.judge.LeaseJudge;
import io.balsa.examples.chaos.judge.LinearJudge;
import io.balsa.examples.chaos.judge.LockJudge;
import io.balsa.examples.chaos.judge.Verdict;
import io.balsa.examples.chaos.watch.Chronicle;
import io.balsa.examples.chaos.workload.LeaseWorkload;
import io.balsa.examples.chaos.workload.LockWorkload;
import io.balsa.examples.chaos.workload.RegisterWorkload;
import io.balsa.examples.chaos.workload.TxnWorkload;
import io.balsa.examples.chaos.workload.WatchWorkload;
import io.balsa.examples.chaos.workload.Workload;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The workloads by the names of the command line, and the oracles that one of them has beside those of every run. */
enum WorkloadKind {
  REGISTER(RegisterWorkload::new),
  TXN(TxnWorkload::new),
  WATCH(WatchWorkload::new),
  LEASE(LeaseWorkload::new),
  LOCK(LockWorkload::new),
  /** Registers, while members come and go more often than otherwise. */
  MEMBERSHIP(RegisterWorkload::new);

  /** How long a lease may outlive its time: members that come back count anew. */
  private static final long LEASE_GRACE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Supplier<Workload> create;

  WorkloadKind(Supplier<Workload> create) {
    this.create = create;
  }

  Workload create() {
    return create.get();
  }

  /**
   * @param nowNanos on the clock of the run
   */
  List<Verdict> judge(List<Operation> operations, Chronicle chronicle, long nowNanos) {
    return switch (this) {
      case REGISTER, TXN, WATCH, MEMBERSHIP -> List.of(LinearJudge.judge(operations));
      case LEASE -> List.of(LeaseJudge.judge(operations, chronicle, nowNanos, LEASE_GRACE_NANOS));
      case LOCK -> List.of(LockJudge.judge(operations, chronicle));
    };
  }
}
