/** Tests of the commands. */
@NullMarked
package io.balsa.kv.command;

import org.jspecify.annotations.NullMarked;
