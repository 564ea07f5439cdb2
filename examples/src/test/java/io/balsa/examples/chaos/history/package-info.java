@NullMarked
package io.balsa.examples.chaos.history;

import org.jspecify.annotations.NullMarked;
