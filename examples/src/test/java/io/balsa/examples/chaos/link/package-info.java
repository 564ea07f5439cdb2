@NullMarked
package io.balsa.examples.chaos.link;

import org.jspecify.annotations.NullMarked;
