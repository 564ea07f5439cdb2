/** Tests of what README.md says. */
@NullMarked
package io.balsa.examples.readme;

import org.jspecify.annotations.NullMarked;
