/**
 * The replicated state of the store: keys in all their revisions, leases, the list of members. Commands from the log go in,
 * results and events come out, the same on every member.
 *
 * <p>May depend on {@code kv.command}, {@code kv.model}, the API's messages, and {@code raft.model} and {@code raft.spi};
 * knows nothing of gRPC, Netty, the server or the driver. No clock, no chance, no hash order: commands are applied on
 * the group's apply thread, one batch at a time. Readers on any thread see whole batches, through pinned views. Removed
 * history is cleaned up by a thread of its own, which decides nothing.
 *
 * <pre>
 *   log entries     one batch                                  one write       readers, any thread
 *  ┌───────────┐   ┌───────────────────────────────────────┐   ┌──────────┐   ┌──────────────────────┐
 *  │ KvCommand ├──►│ CommandRun: TxnEvaluator, MvccWriter, ├──►│ rows and ├──►│ Published: a counted │
 *  └───────────┘   │ LeaseTable on an Overlay              │   │ StateRow │   │ pin, for views,      │
 *                  └───────────────────────────────────────┘   └────┬─────┘   │ history and leases   │
 *                                                                   │         └──────────────────────┘
 *  ┌─ the ordered store, one key space ─────────────────────────────▼───────────────────────────────────────┐
 *  │ latest     key               ► mod, sub, create, version, lease, value         ranges now: one walk    │
 *  │ log        revision, sub     ► event, key, value, link to the version before   watch, old values       │
 *  │ index      key, newest first ► create, version, lease                          ranges at old revisions │
 *  │ leases     id                ► granted TTL, remaining TTL                      expiry, on the leader   │
 *  │ attached   lease id, key     ►                                                 revoke without a scan   │
 *  │ members    id                ► name, URLs                                      member list             │
 *  │ removed    member id         ►                                                 an id isn't used again   │
 *  │ users      name              ► password hash, roles                            who may do what,        │
 *  │ roles      name              ► permissions                                     kept in memory          │
 *  │ state                        ► applied entry, revision, compacted revision     where to go on          │
 *  └────────────────────────────────────────────────────────────────────────────────────────────────────────┘
 * </pre>
 */
@NullMarked
package io.balsa.kv.state;

import org.jspecify.annotations.NullMarked;
