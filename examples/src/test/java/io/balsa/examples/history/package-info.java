@NullMarked
package io.balsa.examples.history;

import org.jspecify.annotations.NullMarked;
