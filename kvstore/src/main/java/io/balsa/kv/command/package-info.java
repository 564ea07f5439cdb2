/**
 * The commands of the store as they stand in the Raft log, and their encoding.
 *
 * <p>Depends on the API's messages and on {@code raft.model}. Stateless; any thread.
 */
@NullMarked
package io.balsa.kv.command;

import org.jspecify.annotations.NullMarked;
