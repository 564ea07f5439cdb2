/** The code that README.md shows, compiled and run. Depends on the library alone, as a user's code would. */
@NullMarked
package io.balsa.examples.readme;

import org.jspecify.annotations.NullMarked;
