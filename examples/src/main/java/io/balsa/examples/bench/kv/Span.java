package io.balsa.examples.bench.kv;

import java.time.Duration;

/** How long a round runs: first unmeasured, until clients and queues are as they will be, then measured. Immutable. */
record Span(Duration rampUp, Duration measured) {}
