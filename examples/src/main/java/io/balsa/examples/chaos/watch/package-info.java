/**
 * Watches that are kept up through all faults, and every answer that they were sent. Depends on {@code chaos.client} and {@code
 * chaos.model}. Answers arrive on gRPC's threads; what is recorded is read when the watch is over.
 */
@NullMarked
package io.balsa.examples.chaos.watch;

import org.jspecify.annotations.NullMarked;
