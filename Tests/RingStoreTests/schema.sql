CREATE TABLE installation (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    -- Random, made with the database: a backup of another installation is recognised by it.
    id TEXT NOT NULL CHECK (length(id) = 32 AND id NOT GLOB '*[^0-9a-f]*'),
    -- The fencing term of the writer.
    epoch INTEGER NOT NULL CHECK (epoch BETWEEN 1 AND 9007199254740991),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER installation_stays BEFORE DELETE ON installation
BEGIN
    SELECT RAISE(ABORT, 'the installation is never deleted');
END;

CREATE TRIGGER installation_epoch_only_rises BEFORE UPDATE ON installation
WHEN NEW.id IS NOT OLD.id OR NEW.one IS NOT OLD.one OR NEW.epoch < OLD.epoch
BEGIN
    SELECT RAISE(ABORT, 'the installation keeps its identity, and its epoch only rises');
END;

CREATE TABLE event (
    -- Rises by one, without gaps.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    -- The login name of an operator, or 'ringd' for the daemon itself.
    actor TEXT NOT NULL CHECK (
        length(CAST(actor AS BLOB)) BETWEEN 1 AND 255 AND instr(actor, char(0)) = 0
        AND actor NOT GLOB '*[' || char(1) || '-' || char(31) || char(127) || '-' || char(159) || ']*'
    ),
    actor_uid INTEGER CHECK (actor_uid BETWEEN 0 AND 4294967295),
    actor_pid INTEGER,
    kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 63 AND kind NOT GLOB '*[^a-z-]*'),
    -- Names as they were then, since names may be given to others later.
    pool TEXT CHECK (length(pool) BETWEEN 1 AND 63 AND pool NOT GLOB '*[^a-z0-9._-]*'),
    node TEXT CHECK (length(node) BETWEEN 1 AND 63 AND node NOT GLOB '*[^a-z0-9._-]*'),
    -- The label of the slot.
    slot TEXT CHECK (
        length(CAST(slot AS BLOB)) BETWEEN 1 AND 255 AND instr(slot, char(0)) = 0
        AND slot NOT GLOB '*[' || char(1) || '-' || char(31) || char(127) || '-' || char(159) || ']*'
    ),
    reason TEXT NOT NULL CHECK (
        length(CAST(reason AS BLOB)) <= 4096 AND instr(reason, char(0)) = 0
        AND reason NOT GLOB '*[' || char(1) || '-' || char(31) || char(127) || '-' || char(159) || ']*'
    ),
    -- Further facts: a JSON object of strings.
    detail TEXT NOT NULL CHECK (detail GLOB '{*}'),
    request_id TEXT CHECK (length(request_id) BETWEEN 1 AND 64 AND request_id NOT GLOB '*[^A-Za-z0-9-]*'),
    -- The hash of the event before; 32 zero bytes in the first.
    previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
    -- SHA-256 over previous_hash and the columns of this row.
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX event_by_pool ON event (pool, id);

CREATE INDEX event_by_node ON event (pool, node, id) WHERE node IS NOT NULL;

CREATE INDEX event_by_time ON event (at);

CREATE INDEX event_by_request ON event (request_id) WHERE request_id IS NOT NULL;

CREATE TRIGGER event_is_append_only_update BEFORE UPDATE ON event
BEGIN
    SELECT RAISE(ABORT, 'events are never changed');
END;

CREATE TRIGGER event_is_append_only_delete BEFORE DELETE ON event
BEGIN
    SELECT RAISE(ABORT, 'events are never deleted');
END;

CREATE TRIGGER event_continues_the_chain BEFORE INSERT ON event
WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM event)
    OR NEW.previous_hash IS NOT coalesce((SELECT hash FROM event ORDER BY id DESC LIMIT 1), zeroblob(32))
BEGIN
    SELECT RAISE(ABORT, 'an event continues the chain of the one before');
END;

CREATE TABLE pool (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL CHECK (
        length(name) BETWEEN 1 AND 63 AND name GLOB '[a-z0-9]*' AND name NOT GLOB '*[^a-z0-9._-]*'
        AND instr(name, '..') = 0
    ),
    dialect TEXT NOT NULL CHECK (length(dialect) BETWEEN 1 AND 63 AND dialect NOT GLOB '*[^a-z0-9._-]*'),
    -- The options of the dialect in the order given: a JSON object of strings.
    options TEXT NOT NULL CHECK (options GLOB '{*}'),
    -- The policy values that differ from the defaults: a JSON object of strings, keys with '_'.
    policy TEXT NOT NULL CHECK (policy GLOB '{*}'),
    freeze_cause TEXT CHECK (freeze_cause IN ('operator', 'mass-failure')),
    freeze_reason TEXT CHECK (length(CAST(freeze_reason AS BLOB)) <= 4096),
    freeze_at INTEGER,
    -- Why automation only holds until an operator acknowledges; NULL when it need not.
    needs_ack TEXT CHECK (length(CAST(needs_ack AS BLOB)) <= 4096),
    -- Version numbers up to this one were used before, by a deleted pool of this name or before a restore.
    version_floor INTEGER NOT NULL CHECK (version_floor BETWEEN 0 AND 9007199254740991),
    created_at INTEGER NOT NULL,
    -- NULL while the pool lives.
    deleted_at INTEGER, acknowledged_at INTEGER,
    CHECK ((freeze_cause IS NULL) = (freeze_reason IS NULL) AND (freeze_cause IS NULL) = (freeze_at IS NULL))
) STRICT;

CREATE UNIQUE INDEX pool_name_is_unique ON pool (name) WHERE deleted_at IS NULL;

CREATE INDEX pool_by_name ON pool (name, id);

CREATE TRIGGER pool_stays BEFORE DELETE ON pool
BEGIN
    SELECT RAISE(ABORT, 'a pool gets a time of deletion, its row stays');
END;

CREATE TABLE node (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pool_id INTEGER NOT NULL REFERENCES pool (id) DEFERRABLE INITIALLY DEFERRED,
    name TEXT NOT NULL CHECK (
        length(name) BETWEEN 1 AND 63 AND name GLOB '[a-z0-9]*' AND name NOT GLOB '*[^a-z0-9._-]*'
        AND instr(name, '..') = 0
    ),
    -- A DNS name, an IP address without brackets, or the absolute path of a Unix socket.
    host TEXT NOT NULL CHECK (
        length(CAST(host AS BLOB)) BETWEEN 1 AND 253 AND instr(host, char(0)) = 0
        AND host NOT GLOB '*[' || char(1) || '-' || char(31) || char(127) || '-' || char(159) || ']*'
    ),
    -- NULL exactly for a Unix socket.
    port INTEGER CHECK (port BETWEEN 1 AND 65535),
    zone TEXT CHECK (
        length(CAST(zone AS BLOB)) <= 255 AND instr(zone, char(0)) = 0
        AND zone NOT GLOB '*[' || char(1) || '-' || char(31) || char(127) || '-' || char(159) || ']*'
    ),
    -- A JSON array of strings, sorted.
    tags TEXT NOT NULL CHECK (tags GLOB '[[]*]'),
    admin TEXT NOT NULL CHECK (admin IN ('staged', 'active', 'draining', 'maintenance', 'spare', 'retired')),
    -- Why the operator set the state; empty where none was given.
    admin_reason TEXT NOT NULL CHECK (length(CAST(admin_reason AS BLOB)) <= 4096),
    -- When a maintenance is to end.
    admin_until INTEGER,
    flap_penalty INTEGER NOT NULL CHECK (flap_penalty >= 0),
    -- 1: it flapped so much that it may not rejoin by itself.
    is_damped INTEGER NOT NULL CHECK (is_damped IN (0, 1)),
    -- 1: it held keys and was out of the ring since, so what it holds may be stale.
    may_be_stale INTEGER NOT NULL CHECK (may_be_stale IN (0, 1)),
    created_at INTEGER NOT NULL,
    CHECK ((port IS NULL) = (substr(host, 1, 1) = '/'))
) STRICT;

CREATE UNIQUE INDEX node_name_is_unique ON node (pool_id, name) WHERE admin <> 'retired';

CREATE UNIQUE INDEX node_address_is_unique ON node (pool_id, host, ifnull(port, 0)) WHERE admin <> 'retired';

CREATE INDEX node_by_pool ON node (pool_id, id);

CREATE TABLE slot (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pool_id INTEGER NOT NULL REFERENCES pool (id) DEFERRABLE INITIALLY DEFERRED,
    -- What the dialect hashes.
    label TEXT NOT NULL CHECK (
        length(CAST(label AS BLOB)) BETWEEN 1 AND 255 AND instr(label, char(0)) = 0
        AND label NOT GLOB '*[' || char(1) || '-' || char(31) || char(127) || '-' || char(159) || ']*'
    ),
    weight INTEGER NOT NULL CHECK (weight BETWEEN 1 AND 10000),
    -- The order of the ring in dialects where order matters; not dense.
    position INTEGER NOT NULL,
    -- The node that occupies the slot; NULL once removed.
    node_id INTEGER REFERENCES node (id) DEFERRABLE INITIALLY DEFERRED,
    placement TEXT NOT NULL CHECK (placement IN ('absent', 'ramping', 'in', 'held', 'covered', 'ejected')),
    -- The part of the points that is published, in per cent.
    ramp INTEGER NOT NULL CHECK (ramp BETWEEN 1 AND 100),
    -- The node that had the slot before a spare took it over.
    covered_for INTEGER REFERENCES node (id) DEFERRABLE INITIALLY DEFERRED,
    -- Since when the placement is what it is.
    since INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX slot_label_is_unique ON slot (pool_id, label) WHERE node_id IS NOT NULL;

CREATE UNIQUE INDEX slot_position_is_unique ON slot (pool_id, position) WHERE node_id IS NOT NULL;

CREATE INDEX slot_by_pool ON slot (pool_id, id);

CREATE INDEX slot_by_node ON slot (node_id) WHERE node_id IS NOT NULL;

CREATE TRIGGER slot_stays BEFORE DELETE ON slot
BEGIN
    SELECT RAISE(ABORT, 'a slot is never deleted: versions of the ring refer to it');
END;

CREATE TABLE answered_request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id TEXT NOT NULL UNIQUE
        CHECK (length(request_id) BETWEEN 1 AND 64 AND request_id NOT GLOB '*[^A-Za-z0-9-]*'),
    pool TEXT NOT NULL,
    summary TEXT NOT NULL CHECK (length(CAST(summary AS BLOB)) <= 4096),
    -- The pool's version after the change; NULL where no ring was ever filled.
    version INTEGER CHECK (version BETWEEN 1 AND 9007199254740991)
) STRICT;

CREATE TABLE ring_version (
    pool_id INTEGER NOT NULL REFERENCES pool (id) DEFERRABLE INITIALLY DEFERRED,
    -- The pool's name, under which clients read it: numbers go on when a pool is deleted and made again.
    pool TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version BETWEEN 1 AND 9007199254740991),
    epoch INTEGER NOT NULL CHECK (epoch BETWEEN 1 AND 9007199254740991),
    -- The version before; NULL in the first of a pool.
    parent INTEGER,
    -- As the snapshot says it: later than the parent's, and so not always the time of the event.
    created_at INTEGER NOT NULL,
    -- The event that caused it.
    event_id INTEGER NOT NULL UNIQUE REFERENCES event (id) DEFERRABLE INITIALLY DEFERRED,
    dialect TEXT NOT NULL,
    -- The options of the dialect in the order given: a JSON object of strings.
    options TEXT NOT NULL CHECK (options GLOB '{*}'),
    -- How the dialect hashes a key, as the snapshot says it: part of the digest.
    key_hash TEXT NOT NULL CHECK (length(key_hash) BETWEEN 1 AND 63 AND key_hash NOT GLOB '*[^A-Za-z0-9._-]*'),
    -- SHA-256 over the meaning of the snapshot.
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    -- SHA-256 over the owners of the agreement keys.
    agreement BLOB NOT NULL CHECK (length(agreement) = 32),
    -- Shares are in parts of 2^-62 of the key space: the views show per cent.
    moved_parts INTEGER NOT NULL CHECK (moved_parts BETWEEN 0 AND 4611686018427387904),
    cold_parts INTEGER NOT NULL CHECK (cold_parts BETWEEN 0 AND 4611686018427387904),
    -- 1: automation made it, and charge_parts of its budget were used.
    is_automatic INTEGER NOT NULL CHECK (is_automatic IN (0, 1)),
    charge_parts INTEGER NOT NULL CHECK (charge_parts BETWEEN 0 AND 4611686018427387904),
    -- 1: the snapshot carries the points as arrays.
    has_continuum INTEGER NOT NULL CHECK (has_continuum IN (0, 1)),
    signature_key_id TEXT,
    signature BLOB CHECK (length(signature) = 64),
    -- NULL: not published yet. The newest such row of a pool is what the publisher owes.
    published_at INTEGER,
    PRIMARY KEY (pool_id, version),
    UNIQUE (pool, version),
    FOREIGN KEY (pool_id, parent) REFERENCES ring_version (pool_id, version) DEFERRABLE INITIALLY DEFERRED,
    CHECK ((signature IS NULL) = (signature_key_id IS NULL)),
    CHECK (parent < version)
) STRICT;

CREATE INDEX ring_version_by_time ON ring_version (pool, created_at);

CREATE INDEX ring_version_by_move ON ring_version (pool, moved_parts);

CREATE INDEX ring_version_unpublished ON ring_version (pool_id, version) WHERE published_at IS NULL;

CREATE INDEX ring_version_automatic ON ring_version (pool_id, created_at) WHERE is_automatic = 1;

CREATE TRIGGER ring_version_only_rises BEFORE INSERT ON ring_version
WHEN NEW.version <= (SELECT coalesce(max(version), 0) FROM ring_version WHERE pool = NEW.pool)
    OR NEW.pool IS NOT (SELECT name FROM pool WHERE id = NEW.pool_id)
    OR NEW.version <= (SELECT version_floor FROM pool WHERE id = NEW.pool_id)
    OR NEW.parent IS NOT (SELECT max(version) FROM ring_version WHERE pool_id = NEW.pool_id)
    OR NEW.event_id IN (SELECT event_id FROM ring_version)
BEGIN
    SELECT RAISE(ABORT, 'a version follows the one before, and a number is used once');
END;

CREATE TRIGGER ring_version_is_published_once BEFORE UPDATE ON ring_version
WHEN NEW.published_at IS NULL
    OR OLD.published_at IS NOT NULL
    OR (
        NEW.rowid, NEW.pool_id, NEW.pool, NEW.version, NEW.epoch, NEW.parent, NEW.created_at, NEW.event_id,
        NEW.dialect, NEW.options, NEW.key_hash, NEW.digest, NEW.agreement, NEW.moved_parts, NEW.cold_parts,
        NEW.is_automatic, NEW.charge_parts, NEW.has_continuum, NEW.signature_key_id, NEW.signature
    ) IS NOT (
        OLD.rowid, OLD.pool_id, OLD.pool, OLD.version, OLD.epoch, OLD.parent, OLD.created_at, OLD.event_id,
        OLD.dialect, OLD.options, OLD.key_hash, OLD.digest, OLD.agreement, OLD.moved_parts, OLD.cold_parts,
        OLD.is_automatic, OLD.charge_parts, OLD.has_continuum, OLD.signature_key_id, OLD.signature
    )
BEGIN
    SELECT RAISE(ABORT, 'of a version nothing changes but its publication, once');
END;

CREATE TRIGGER ring_version_stays BEFORE DELETE ON ring_version
BEGIN
    SELECT RAISE(ABORT, 'versions are never deleted');
END;

CREATE TABLE slot_version (
    slot_id INTEGER NOT NULL REFERENCES slot (id) DEFERRABLE INITIALLY DEFERRED,
    pool_id INTEGER NOT NULL,
    from_version INTEGER NOT NULL,
    -- The first version that no longer has this content; NULL while it is current.
    to_version INTEGER,
    position INTEGER NOT NULL,
    label TEXT NOT NULL,
    weight INTEGER NOT NULL CHECK (weight BETWEEN 1 AND 10000),
    -- The part of the slot's points that is published, in per cent.
    ramp INTEGER NOT NULL CHECK (ramp BETWEEN 1 AND 100),
    state TEXT NOT NULL CHECK (state IN ('in', 'held')),
    -- The node by name, as clients saw it.
    node TEXT NOT NULL,
    host TEXT NOT NULL,
    port INTEGER CHECK (port BETWEEN 1 AND 65535),
    zone TEXT,
    FOREIGN KEY (pool_id, from_version) REFERENCES ring_version (pool_id, version) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (pool_id, to_version) REFERENCES ring_version (pool_id, version) DEFERRABLE INITIALLY DEFERRED,
    CHECK (to_version > from_version)
) STRICT;

CREATE UNIQUE INDEX slot_version_by_slot ON slot_version (slot_id, from_version);

CREATE UNIQUE INDEX slot_version_current ON slot_version (pool_id, slot_id) WHERE to_version IS NULL;

CREATE TRIGGER slot_version_ends_once BEFORE UPDATE ON slot_version
WHEN NEW.to_version IS NULL
    OR OLD.to_version IS NOT NULL
    OR (
        NEW.rowid, NEW.slot_id, NEW.pool_id, NEW.from_version, NEW.position, NEW.label, NEW.weight, NEW.ramp,
        NEW.state, NEW.node, NEW.host, NEW.port, NEW.zone
    ) IS NOT (
        OLD.rowid, OLD.slot_id, OLD.pool_id, OLD.from_version, OLD.position, OLD.label, OLD.weight, OLD.ramp,
        OLD.state, OLD.node, OLD.host, OLD.port, OLD.zone
    )
BEGIN
    SELECT RAISE(ABORT, 'of a published slot nothing changes but its end, once');
END;

CREATE TRIGGER slot_version_stays BEFORE DELETE ON slot_version
BEGIN
    SELECT RAISE(ABORT, 'published slots are never deleted');
END;

CREATE TABLE health_interval (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    node_id INTEGER NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('unknown', 'up', 'suspect', 'down', 'recovering', 'cleansing')),
    from_at INTEGER NOT NULL,
    -- NULL while it lasts.
    to_at INTEGER,
    -- What ended it; NULL while it lasts.
    evidence TEXT CHECK (length(CAST(evidence AS BLOB)) <= 4096), up_before INTEGER NOT NULL DEFAULT 0 CHECK (up_before >= 0), down_before INTEGER NOT NULL DEFAULT 0 CHECK (down_before >= 0), unknown_before INTEGER NOT NULL DEFAULT 0 CHECK (unknown_before >= 0), falls_before INTEGER NOT NULL DEFAULT 0 CHECK (falls_before >= 0),
    CHECK (to_at >= from_at),
    CHECK ((to_at IS NULL) = (evidence IS NULL))
) STRICT;

CREATE UNIQUE INDEX health_interval_open ON health_interval (node_id) WHERE to_at IS NULL;

CREATE INDEX health_interval_by_node ON health_interval (node_id, from_at);

CREATE INDEX health_interval_by_end ON health_interval (to_at);

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

CREATE INDEX health_interval_falls ON health_interval (node_id, from_at) WHERE state = 'down';

CREATE INDEX slot_version_by_first ON slot_version (pool_id, from_version);

CREATE INDEX slot_version_by_end ON slot_version (pool_id, to_version) WHERE to_version IS NOT NULL;

CREATE TRIGGER slot_version_follows BEFORE INSERT ON slot_version
WHEN NEW.to_version IS NOT NULL
    OR (
        SELECT to_version IS NULL OR to_version > NEW.from_version FROM slot_version
        WHERE slot_id = NEW.slot_id ORDER BY from_version DESC LIMIT 1
    )
BEGIN
    SELECT RAISE(ABORT, 'a slot has one content at a time');
END;
