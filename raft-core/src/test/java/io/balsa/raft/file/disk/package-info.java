/** Tests of the real file system's calls. */
@NullMarked
package io.balsa.raft.file.disk;

import org.jspecify.annotations.NullMarked;
