@NullMarked
package io.balsa.raft.transport.netty.wire;

import org.jspecify.annotations.NullMarked;
