package io.balsa.kv.server;

/** This member was removed from its cluster, for good: its process has nothing to do any more. */
final class RemovedException extends StartupException {
  private static final long serialVersionUID = 1L;

  /** etcd's words, and what to do. */
  RemovedException(java.nio.file.Path dataDir) {
    super(
        "the member has been permanently removed from the cluster; its data directory "
            + dataDir
            + " is of no use to it any more: to come back, delete that, add a member and join as it");
  }
}
