/** Tests of the driver: its tables by themselves, and whole nodes on real threads over stores and a network in memory. */
@NullMarked
package io.balsa.raft.driver;

import org.jspecify.annotations.NullMarked;
