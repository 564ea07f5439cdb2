/**
 * {@code examples/bin/chaos}: a cluster of real processes, clients, faults, and oracles that judge what the clients saw. Depends
 * on all packages below it. One thread leads.
 */
@NullMarked
package io.balsa.examples.chaos;

import org.jspecify.annotations.NullMarked;
