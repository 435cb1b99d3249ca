-- Why: these are the questions that people ask of a ring, answered once. The views are the stable interface: tables may
-- gain columns, the views keep theirs. Times are RFC 3339 text in UTC, with the integer beside it where a filter or a
-- difference is wanted; shares are in per cent.

-- The ring of each pool as it is now.
CREATE VIEW current_ring AS
SELECT
    pool.name AS pool,
    (SELECT max(version) FROM ring_version WHERE ring_version.pool_id = pool.id) AS version,
    slot_version.position AS position,
    slot_version.label AS label,
    slot_version.state AS state,
    slot_version.node AS node,
    slot_version.host AS host,
    slot_version.port AS port,
    slot_version.zone AS zone,
    slot_version.weight AS weight,
    slot_version.ramp AS ramp,
    slot_version.from_version AS since_version
FROM pool
JOIN slot_version ON slot_version.pool_id = pool.id AND slot_version.to_version IS NULL
WHERE pool.deleted_at IS NULL;

-- One row a version: who did what, why, and what it moved.
CREATE VIEW ring_history AS
SELECT
    ring_version.pool AS pool,
    ring_version.version AS version,
    ring_version.parent AS parent,
    strftime('%Y-%m-%dT%H:%M:%fZ', ring_version.created_at / 1000.0, 'unixepoch') AS created,
    event.actor AS actor,
    event.kind AS kind,
    event.node AS node,
    event.slot AS slot,
    event.reason AS reason,
    round(ring_version.moved_parts * 100.0 / 4611686018427387904, 4) AS moved_percent,
    round(ring_version.cold_parts * 100.0 / 4611686018427387904, 4) AS cold_percent,
    ring_version.dialect AS dialect,
    ring_version.event_id AS event_id,
    event.request_id AS request_id,
    strftime('%Y-%m-%dT%H:%M:%fZ', ring_version.published_at / 1000.0, 'unixepoch') AS published,
    'sha256:' || lower(hex(ring_version.digest)) AS digest,
    ring_version.created_at AS created_at,
    ring_version.published_at AS published_at
FROM ring_version
JOIN event ON event.id = ring_version.event_id;

-- What each slot published from when to when: WHERE from_at <= T AND (to_at IS NULL OR to_at > T) is the ring at T.
CREATE VIEW ring_intervals AS
SELECT
    pool.name AS pool,
    slot_version.position AS position,
    slot_version.label AS label,
    slot_version.state AS state,
    slot_version.node AS node,
    slot_version.host AS host,
    slot_version.port AS port,
    slot_version.zone AS zone,
    slot_version.weight AS weight,
    slot_version.ramp AS ramp,
    slot_version.from_version AS from_version,
    slot_version.to_version AS to_version,
    strftime('%Y-%m-%dT%H:%M:%fZ', first.created_at / 1000.0, 'unixepoch') AS from_time,
    strftime('%Y-%m-%dT%H:%M:%fZ', last.created_at / 1000.0, 'unixepoch') AS to_time,
    first.created_at AS from_at,
    last.created_at AS to_at
FROM slot_version
JOIN pool ON pool.id = slot_version.pool_id
JOIN ring_version AS first ON first.pool_id = slot_version.pool_id AND first.version = slot_version.from_version
LEFT JOIN ring_version AS last ON last.pool_id = slot_version.pool_id AND last.version = slot_version.to_version;

-- Everything that happened to a node: events, health, and the slots it got and lost.
CREATE VIEW node_timeline AS
SELECT
    pool,
    node,
    strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch') AS time,
    'event' AS source,
    kind AS what,
    actor || ': ' || reason AS detail,
    at
FROM event
WHERE node IS NOT NULL
UNION ALL
SELECT
    pool.name,
    node.name,
    strftime('%Y-%m-%dT%H:%M:%fZ', health_interval.from_at / 1000.0, 'unixepoch'),
    'health',
    health_interval.state,
    coalesce(
        (
            SELECT before.evidence FROM health_interval AS before
            WHERE before.node_id = health_interval.node_id AND before.id < health_interval.id
            ORDER BY before.id DESC LIMIT 1
        ),
        ''
    ),
    health_interval.from_at
FROM health_interval
JOIN node ON node.id = health_interval.node_id
JOIN pool ON pool.id = node.pool_id
UNION ALL
SELECT pool, node, from_time, 'ring', state, 'slot ' || label || ' from version ' || from_version, from_at
FROM ring_intervals
UNION ALL
SELECT pool, node, to_time, 'ring', 'out', 'slot ' || label || ' until version ' || to_version, to_at
FROM ring_intervals
WHERE to_at IS NOT NULL;

-- One row a node and day (UTC): how long it was up and down, and how often it fell. A node counts as up while it is
-- suspect, because it still serves; recovering and cleansing count as down, because it serves nobody.
CREATE VIEW node_availability AS
WITH RECURSIVE
now (at) AS (SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)),
piece (node_id, state, from_at, to_at, day, falls) AS (
    SELECT
        health_interval.node_id,
        health_interval.state,
        health_interval.from_at,
        coalesce(health_interval.to_at, max(now.at, health_interval.from_at)),
        health_interval.from_at / 86400000,
        health_interval.state = 'down'
    FROM health_interval, now
    UNION ALL
    SELECT node_id, state, (day + 1) * 86400000, to_at, day + 1, 0
    FROM piece
    WHERE to_at > (day + 1) * 86400000
)
SELECT
    pool.name AS pool,
    node.name AS node,
    date(piece.day * 86400, 'unixepoch') AS day,
    round(total(
        (min(piece.to_at, (piece.day + 1) * 86400000) - piece.from_at) * (piece.state IN ('up', 'suspect'))
    ) / 1000.0, 3) AS seconds_up,
    round(total(
        (min(piece.to_at, (piece.day + 1) * 86400000) - piece.from_at)
        * (piece.state IN ('down', 'recovering', 'cleansing'))
    ) / 1000.0, 3) AS seconds_down,
    round(total(
        (min(piece.to_at, (piece.day + 1) * 86400000) - piece.from_at) * (piece.state = 'unknown')
    ) / 1000.0, 3) AS seconds_unknown,
    sum(piece.falls) AS flaps
FROM piece
JOIN node ON node.id = piece.node_id
JOIN pool ON pool.id = node.pool_id
GROUP BY piece.node_id, piece.day;

-- What people did, as opposed to ringd.
CREATE VIEW operator_changes AS
SELECT
    event.id AS event_id,
    strftime('%Y-%m-%dT%H:%M:%fZ', event.at / 1000.0, 'unixepoch') AS time,
    event.actor AS actor,
    event.actor_uid AS uid,
    event.actor_pid AS pid,
    event.kind AS kind,
    event.pool AS pool,
    event.node AS node,
    event.slot AS slot,
    event.reason AS reason,
    event.detail AS detail,
    event.request_id AS request_id,
    ring_version.version AS version,
    round(ring_version.moved_parts * 100.0 / 4611686018427387904, 4) AS moved_percent,
    event.at AS at
FROM event
LEFT JOIN ring_version ON ring_version.event_id = event.id
WHERE event.actor_uid IS NOT NULL;

-- The versions that moved the most keys come first.
CREATE VIEW largest_moves AS
SELECT
    ring_version.pool AS pool,
    ring_version.version AS version,
    strftime('%Y-%m-%dT%H:%M:%fZ', ring_version.created_at / 1000.0, 'unixepoch') AS created,
    event.actor AS actor,
    event.kind AS kind,
    event.node AS node,
    event.reason AS reason,
    round(ring_version.moved_parts * 100.0 / 4611686018427387904, 4) AS moved_percent,
    round(ring_version.cold_parts * 100.0 / 4611686018427387904, 4) AS cold_percent,
    ring_version.created_at AS created_at
FROM ring_version
JOIN event ON event.id = ring_version.event_id
ORDER BY ring_version.moved_parts DESC;

-- Which node had which slot from when to when: intervals that differ only in weight, ramp or state are one row, which
-- begins where the interval before is another tenancy, and ends where no interval continues it.
CREATE VIEW slot_occupants AS
SELECT
    first.pool AS pool,
    begin.label AS label,
    begin.node AS node,
    begin.host AS host,
    begin.port AS port,
    begin.from_version AS from_version,
    finish.to_version AS to_version,
    strftime('%Y-%m-%dT%H:%M:%fZ', first.created_at / 1000.0, 'unixepoch') AS from_time,
    strftime('%Y-%m-%dT%H:%M:%fZ', last.created_at / 1000.0, 'unixepoch') AS to_time,
    first.created_at AS from_at,
    last.created_at AS to_at
FROM slot_version AS begin
JOIN ring_version AS first ON first.pool_id = begin.pool_id AND first.version = begin.from_version
JOIN slot_version AS finish ON finish.rowid = (
    SELECT candidate.rowid FROM slot_version AS candidate
    WHERE candidate.slot_id = begin.slot_id AND candidate.from_version >= begin.from_version
        AND NOT EXISTS (
            SELECT 1 FROM slot_version AS next
            WHERE next.slot_id = candidate.slot_id AND next.from_version = candidate.to_version
                AND (next.label, next.node, next.host, next.port)
                    IS (candidate.label, candidate.node, candidate.host, candidate.port)
        )
    ORDER BY candidate.from_version LIMIT 1
)
LEFT JOIN ring_version AS last ON last.pool_id = begin.pool_id AND last.version = finish.to_version
WHERE NOT coalesce(
    (
        SELECT
            previous.to_version = begin.from_version
            AND (previous.label, previous.node, previous.host, previous.port)
                IS (begin.label, begin.node, begin.host, begin.port)
        FROM slot_version AS previous
        WHERE previous.slot_id = begin.slot_id AND previous.from_version < begin.from_version
        ORDER BY previous.from_version DESC LIMIT 1
    ),
    0
);
