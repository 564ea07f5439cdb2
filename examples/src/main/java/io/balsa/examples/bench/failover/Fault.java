package io.balsa.examples.bench.failover;

import io.balsa.examples.process.LocalCluster;
import io.balsa.examples.process.MemberSpec;

/** What happens to a leader. */
enum Fault {
  /** SIGKILL: its connections are reset at once. */
  KILL {
    @Override
    void strike(LocalCluster cluster, MemberSpec member) {
      cluster.process(member).kill();
    }

    @Override
    void mend(LocalCluster cluster, MemberSpec member) {
      cluster.kill(member);
      cluster.launch(member);
    }
  },
  /** SIGSTOP: it falls silent, with its connections open. */
  PAUSE {
    @Override
    void strike(LocalCluster cluster, MemberSpec member) {
      cluster.process(member).pause();
    }

    @Override
    void mend(LocalCluster cluster, MemberSpec member) {
      cluster.process(member).resume();
    }
  },
  /** SIGTERM: it may say goodbye. */
  STOP {
    @Override
    void strike(LocalCluster cluster, MemberSpec member) {
      cluster.process(member).terminate();
    }

    @Override
    void mend(LocalCluster cluster, MemberSpec member) {
      int ignored = cluster.stop(member); // It was told already; waits until it is gone.
      assert ignored >= 0;
      cluster.launch(member);
    }
  };

  /** The member may live on for a while when it returns. */
  abstract void strike(LocalCluster cluster, MemberSpec member);

  /** Whether the member's process is gone after it, sooner or later. */
  boolean endsProcess() {
    return this != PAUSE;
  }

  /** Returns before the member is healthy again. */
  abstract void mend(LocalCluster cluster, MemberSpec member);
}
