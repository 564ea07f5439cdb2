package io.balsa.kv.state;

/**
 * A checksum of the keys and values that survive compaction, up to a revision. Equal on all members that answer for the
 * same revisions.
 */
public record HashKv(int hash, long hashRevision, long compactedRevision) {}
