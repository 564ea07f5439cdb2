/** Tests of the package of the same name. */
@NullMarked
package io.balsa.raft.file;

import org.jspecify.annotations.NullMarked;
