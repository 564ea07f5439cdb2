/** Tests of {@code io.balsa.kv.http}. */
@NullMarked
package io.balsa.kv.http;

import org.jspecify.annotations.NullMarked;
