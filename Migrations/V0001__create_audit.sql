-- Why: everything that ringd decides, or is told, must be found again years later by somebody with nothing but the
-- sqlite3 shell. So what happened comes first: an append-only list of events in which each row carries the hash of
-- the one before, so that an edit, a removal or an insertion by hand shows.
--
-- Times are integers, milliseconds since 1970 UTC, so that they can be subtracted; the views show them as text.
-- Text from outside has no control characters: rows are printed on terminals and become lines of a digest.

-- 'ring', so that `file` and ringd itself can tell this database from anybody else's.
PRAGMA application_id = 1919512167;

-- One row: which database this is.
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

-- One row: something that happened.
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

-- Also what stops INSERT OR REPLACE, which deletes without asking the trigger above.
CREATE TRIGGER event_continues_the_chain BEFORE INSERT ON event
WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM event)
    OR NEW.previous_hash IS NOT coalesce((SELECT hash FROM event ORDER BY id DESC LIMIT 1), zeroblob(32))
BEGIN
    SELECT RAISE(ABORT, 'an event continues the chain of the one before');
END;
