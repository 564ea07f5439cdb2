/** Tests of sessions: the table against rules and against a model, the client against a table, and both on real nodes. */
@NullMarked
package io.balsa.raft.session;

import org.jspecify.annotations.NullMarked;
