/**
 * {@code balsactl}: what an operator does to a cluster's data from outside. Depends on {@code backup}, {@code server} (which
 * knows a member's directory), {@code state} and the readers of the Raft log; nothing depends on it. One thread, one command,
 * then exit.
 */
@NullMarked
package io.balsa.kv.ctl;

import org.jspecify.annotations.NullMarked;
