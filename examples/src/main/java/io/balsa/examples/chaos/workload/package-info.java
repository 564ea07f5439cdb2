/**
 * What clients do in a run: each workload a kind of call and a few keys. Depends on {@code chaos.client}, {@code chaos.history},
 * {@code chaos.model}, {@code chaos.watch}. One thread per client.
 */
@NullMarked
package io.balsa.examples.chaos.workload;

import org.jspecify.annotations.NullMarked;
