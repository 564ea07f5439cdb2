/** Tests of the room for the store. */
@NullMarked
package io.balsa.kv.quota;

import org.jspecify.annotations.NullMarked;
