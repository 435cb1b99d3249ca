-- Why: "how available was each node this month" summed all its intervals of the month, and a month of flapping nodes is
-- hundreds of thousands of them. Each interval now carries what all earlier ones of its node add up to, so any window is
-- the difference of two rows a node, however long or eventful it was.
--
-- And an acknowledgement outlives the process: changes before it do not count against the rate after a restart either.

-- Sums over the intervals of this node that began before this one: milliseconds, and how often it was found down.
ALTER TABLE health_interval ADD COLUMN up_before INTEGER NOT NULL DEFAULT 0 CHECK (up_before >= 0);
ALTER TABLE health_interval ADD COLUMN down_before INTEGER NOT NULL DEFAULT 0 CHECK (down_before >= 0);
ALTER TABLE health_interval ADD COLUMN unknown_before INTEGER NOT NULL DEFAULT 0 CHECK (unknown_before >= 0);
ALTER TABLE health_interval ADD COLUMN falls_before INTEGER NOT NULL DEFAULT 0 CHECK (falls_before >= 0);

UPDATE health_interval
SET
    up_before = sums.up, down_before = sums.down, unknown_before = sums.unknown, falls_before = sums.falls
FROM (
    SELECT
        id,
        sum((state IN ('up', 'suspect')) * (coalesce(to_at, from_at) - from_at)) OVER earlier AS up,
        sum((state IN ('down', 'recovering', 'cleansing')) * (coalesce(to_at, from_at) - from_at)) OVER earlier AS down,
        sum((state = 'unknown') * (coalesce(to_at, from_at) - from_at)) OVER earlier AS unknown,
        sum(state = 'down') OVER earlier AS falls
    FROM health_interval
    WINDOW earlier AS (
        PARTITION BY node_id ORDER BY from_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
) AS sums
WHERE sums.id = health_interval.id AND sums.falls IS NOT NULL;

CREATE INDEX health_interval_falls ON health_interval (node_id, from_at) WHERE state = 'down';

-- When an operator last acknowledged what automation did; NULL where nobody did.
ALTER TABLE pool ADD COLUMN acknowledged_at INTEGER;
