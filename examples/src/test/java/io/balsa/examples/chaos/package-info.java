@NullMarked
package io.balsa.examples.chaos;

import org.jspecify.annotations.NullMarked;
