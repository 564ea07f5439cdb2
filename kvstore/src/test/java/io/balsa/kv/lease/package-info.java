/**
 * Tests of leases: the timer wheel, the keeper with a clock that the test turns, and the service
 * over gRPC.
 */
@NullMarked
package io.balsa.kv.lease;

import org.jspecify.annotations.NullMarked;
