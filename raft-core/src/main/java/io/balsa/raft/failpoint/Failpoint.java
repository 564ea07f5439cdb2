package io.balsa.raft.failpoint;

/** A place in the code, by name. Each module has an enum of its own. */
public interface Failpoint {

  /** The name of the constant. */
  String name();

  /** What has happened, and what hasn't yet, when it is reached. */
  String meaning();
}
