/** Tests of the way to Raft. */
@NullMarked
package io.balsa.kv.request;

import org.jspecify.annotations.NullMarked;
