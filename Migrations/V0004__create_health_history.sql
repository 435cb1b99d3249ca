-- Why: decisions rest on probes, so what the probes said is kept for the day when somebody asks, or wants to know what
-- another policy would have done. It is no part of what the ring rests on: it is written in batches, and probe_run is
-- pruned. Runs of equal outcomes are one row, since ten thousand healthy nodes say the same thing every second.

-- One row: a node's health from one time to another.
CREATE TABLE health_interval (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    node_id INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('unknown', 'up', 'suspect', 'down', 'recovering', 'cleansing')),
    from_at INTEGER NOT NULL,
    -- NULL while it lasts.
    to_at INTEGER,
    -- What ended it; NULL while it lasts.
    evidence TEXT CHECK (length(CAST(evidence AS BLOB)) <= 4096),
    CHECK (to_at >= from_at),
    CHECK ((to_at IS NULL) = (evidence IS NULL))
) STRICT;

CREATE UNIQUE INDEX health_interval_open ON health_interval (node_id) WHERE to_at IS NULL;
CREATE INDEX health_interval_by_node ON health_interval (node_id, from_at);
CREATE INDEX health_interval_by_end ON health_interval (to_at);

-- One row: outcomes of probes of a node that were the same, one after the other.
CREATE TABLE probe_run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    node_id INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    -- 'success', or the word for the failure.
    outcome TEXT NOT NULL CHECK (length(outcome) BETWEEN 1 AND 63 AND outcome NOT GLOB '*[^a-z-]*'),
    count INTEGER NOT NULL CHECK (count > 0),
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL CHECK (last_at >= first_at),
    -- In microseconds; NULL where no answer came.
    latency_minimum INTEGER CHECK (latency_minimum >= 0),
    latency_median INTEGER CHECK (latency_median >= latency_minimum),
    latency_maximum INTEGER CHECK (latency_maximum >= latency_median),
    UNIQUE (node_id, first_at)
) STRICT;

CREATE INDEX probe_run_by_end ON probe_run (last_at);
