/**
 * Named places at which a test may have the process die, wait, or fail: see {@link io.balsa.raft.failpoint.Failpoints}. Depends
 * on nothing. Any thread.
 */
@NullMarked
package io.balsa.raft.failpoint;

import org.jspecify.annotations.NullMarked;
