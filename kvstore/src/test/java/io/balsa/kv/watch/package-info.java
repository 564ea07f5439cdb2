/**
 * Tests of watch: the hub against a history that the test writes, against the real state, and over
 * gRPC.
 */
@NullMarked
package io.balsa.kv.watch;

import org.jspecify.annotations.NullMarked;
