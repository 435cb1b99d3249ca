-- Why: the roster is what operators mean, apart from what the ring does with it. A row outlives its use (a node is
-- retired, a pool gets a time of deletion), because identifiers are never used twice, history refers to them, and a
-- node that returns must be known to have been here: it may hold stale data.
--
-- Foreign keys wait for the end of the transaction, so that the rows of a change may come in any order.

-- One row: a pool, and the policy for its servers.
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
    deleted_at INTEGER,
    CHECK ((freeze_cause IS NULL) = (freeze_reason IS NULL) AND (freeze_cause IS NULL) = (freeze_at IS NULL))
) STRICT;

CREATE UNIQUE INDEX pool_name_is_unique ON pool (name) WHERE deleted_at IS NULL;
CREATE INDEX pool_by_name ON pool (name, id);

CREATE TRIGGER pool_stays BEFORE DELETE ON pool
BEGIN
    SELECT RAISE(ABORT, 'a pool gets a time of deletion, its row stays');
END;

-- One row: a memcached process.
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

-- One row: a lasting place on the ring. What clients see of it is in slot_version.
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

-- One row: what the newest changes answered to their requests, so that a retried request has one effect.
CREATE TABLE answered_request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id TEXT NOT NULL UNIQUE
        CHECK (length(request_id) BETWEEN 1 AND 64 AND request_id NOT GLOB '*[^A-Za-z0-9-]*'),
    pool TEXT NOT NULL,
    summary TEXT NOT NULL CHECK (length(CAST(summary AS BLOB)) <= 4096),
    -- The pool's version after the change; NULL where no ring was ever filled.
    version INTEGER CHECK (version BETWEEN 1 AND 9007199254740991)
) STRICT;
