/** Tests of the module as a whole. */
@NullMarked
package io.balsa.kv;

import org.jspecify.annotations.NullMarked;
