/** Tests of the list of members and of how Raft's membership follows it. Depends on JUnit and AssertJ. */
@NullMarked
package io.balsa.kv.members;

import org.jspecify.annotations.NullMarked;
