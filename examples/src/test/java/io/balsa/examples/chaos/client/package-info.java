@NullMarked
package io.balsa.examples.chaos.client;

import org.jspecify.annotations.NullMarked;
