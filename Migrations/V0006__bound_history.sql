-- Why: "how available was each node this month" summed all its intervals of the month, and a month of flapping nodes is
-- hundreds of thousands of them. Each interval now carries what all earlier ones of its node add up to, so any window is
-- the difference of two rows a node, however long or eventful it was.
--
-- What a change costs must not grow with history either. The rows of a version's slots are written before the version is,
-- so SQLite looks for rows that waited for it, through all of history unless an index leads there; and the newest interval
-- of a slot says all that its trigger has to know.
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

CREATE INDEX slot_version_by_first ON slot_version (pool_id, from_version);
CREATE INDEX slot_version_by_end ON slot_version (pool_id, to_version) WHERE to_version IS NOT NULL;

DROP TRIGGER slot_version_follows;

CREATE TRIGGER slot_version_follows BEFORE INSERT ON slot_version
WHEN NEW.to_version IS NOT NULL
    OR (
        SELECT to_version IS NULL OR to_version > NEW.from_version FROM slot_version
        WHERE slot_id = NEW.slot_id ORDER BY from_version DESC LIMIT 1
    )
BEGIN
    SELECT RAISE(ABORT, 'a slot has one content at a time');
END;

-- When an operator last acknowledged what automation did; NULL where nobody did.
ALTER TABLE pool ADD COLUMN acknowledged_at INTEGER;
