/**
 * The bytes between two hosts: how frames are laid out, and how messages become protobuf and back.
 *
 * <p>Depends on {@code message} and {@code model}, on Netty's buffers and on protobuf; knows nothing of connections. The
 * codec is stateless and runs on any thread; a {@link io.balsa.raft.transport.netty.wire.FrameDecoder} belongs to one
 * connection and runs on its event loop.
 */
@NullMarked
package io.balsa.raft.transport.netty.wire;

import org.jspecify.annotations.NullMarked;
