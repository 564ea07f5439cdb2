@NullMarked
package io.balsa.raft.failpoint;

import org.jspecify.annotations.NullMarked;
