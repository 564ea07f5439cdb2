/** Tests of {@link io.balsa.kv.lock}. */
@NullMarked
package io.balsa.kv.lock;

import org.jspecify.annotations.NullMarked;
