/** Tests that other projects' clients work with a cluster of real processes. */
@NullMarked
package io.balsa.examples.client;

import org.jspecify.annotations.NullMarked;
