package io.balsa.kv.etcd;

/** The versions that this server gives itself where clients ask. */
public final class ServerVersion {
  /** The etcd whose API this is. Clients parse it: Kubernetes wants 3.6 before it uses newer calls. */
  public static final String ETCD = "3.6.0";

  /** The cluster version, which has no patch level. */
  public static final String CLUSTER = "3.6.0";

  public static final String STORAGE = "3.6.0";

  /** Our own. */
  public static final String BALSA = "0.1.0";

  private ServerVersion() {}
}
