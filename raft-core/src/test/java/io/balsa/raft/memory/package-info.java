/** Tests of the package of the same name. */
@NullMarked
package io.balsa.raft.memory;

import org.jspecify.annotations.NullMarked;
