@NullMarked
package io.balsa.raft.transport.netty;

import org.jspecify.annotations.NullMarked;
