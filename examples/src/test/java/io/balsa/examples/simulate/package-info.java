@NullMarked
package io.balsa.examples.simulate;

import org.jspecify.annotations.NullMarked;
