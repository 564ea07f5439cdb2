/**
 * The {@link io.balsa.raft.spi.Transport} between hosts, over TCP by Netty.
 *
 * <p>Depends on {@code spi}, {@code message}, {@code model} and its own {@code wire}; never on {@code protocol} or {@code
 * driver}. A transport has one event-loop thread unless told otherwise; each connection belongs to one event loop, and what
 * other threads may touch says so. Names are looked up on a thread of their own, because that may block for seconds.
 */
@NullMarked
package io.balsa.raft.transport.netty;

import org.jspecify.annotations.NullMarked;
