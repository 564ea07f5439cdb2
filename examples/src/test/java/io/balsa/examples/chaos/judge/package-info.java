@NullMarked
package io.balsa.examples.chaos.judge;

import org.jspecify.annotations.NullMarked;
