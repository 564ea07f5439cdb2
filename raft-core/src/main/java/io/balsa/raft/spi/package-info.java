/**
 * What others implement: log stores, snapshot stores, transports, state machines.
 *
 * <p>Depends on {@code message} and {@code model}. Each method says when it is called, on which thread, what is durable on
 * return, what it may throw, and whether it may be called again. The test kit holds a contract suite for each interface.
 */
@NullMarked
package io.balsa.raft.spi;

import org.jspecify.annotations.NullMarked;
