@NullMarked
package io.balsa.kv.access;

import org.jspecify.annotations.NullMarked;
