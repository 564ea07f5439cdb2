/** Tests of {@code io.balsa.kv.gateway}. */
@NullMarked
package io.balsa.kv.gateway;

import org.jspecify.annotations.NullMarked;
