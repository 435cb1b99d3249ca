-- Why: a version is a promise to every client, so it is written once and for ever, with what it takes to write the
-- same snapshot again, byte for byte. Slots are kept as intervals of versions: storage grows with what changes, not
-- with versions times slots, and the ring of any version is one indexed query:
--
--     from_version <= v AND (to_version IS NULL OR to_version > v)
--
-- The intervals of one slot never overlap, so for each slot the newest interval that begins at or before v is the only
-- candidate: one descent of an index a slot, however long the history.

-- One row: a version of a pool's ring.
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

-- Also what stops INSERT OR REPLACE.
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

-- One row: the published content of a slot from one version to another.
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

CREATE TRIGGER slot_version_follows BEFORE INSERT ON slot_version
WHEN NEW.to_version IS NOT NULL
    OR EXISTS (
        SELECT 1 FROM slot_version
        WHERE slot_id = NEW.slot_id AND (to_version IS NULL OR to_version > NEW.from_version)
    )
BEGIN
    SELECT RAISE(ABORT, 'a slot has one content at a time');
END;

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
