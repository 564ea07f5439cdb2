/**
 * The file that a backup of the store is: how it is written and read back.
 *
 * <p>Depends on the store's files only. One thread per file.
 */
@NullMarked
package io.balsa.kv.backup;

import org.jspecify.annotations.NullMarked;
