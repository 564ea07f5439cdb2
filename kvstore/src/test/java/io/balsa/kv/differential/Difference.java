package io.balsa.kv.differential;

/**
 * Where the two servers part.
 *
 * @param step which operation of the run it showed itself at, counted from 0
 * @param what the operation, or what was compared
 */
record Difference(int step, String what, String etcd, String balsa) {
  @Override
  public String toString() {
    return "step " + step + ": " + what + "\n  etcd:  " + etcd + "\n  balsa: " + balsa;
  }
}
