/**
 * Calls to one member on the generated stubs, none of which is tried again, and what a failed call says about its effect.
 * Depends on gRPC and the stubs. Thread-safe.
 */
@NullMarked
package io.balsa.examples.chaos.client;

import org.jspecify.annotations.NullMarked;
