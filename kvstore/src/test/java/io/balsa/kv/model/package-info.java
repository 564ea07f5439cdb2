/** Tests of the store's values. */
@NullMarked
package io.balsa.kv.model;

import org.jspecify.annotations.NullMarked;
