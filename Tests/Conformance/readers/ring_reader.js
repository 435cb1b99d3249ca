// Follows the snapshots of one pool (format 1, dialect pinned-ketama) and says who owns a key.
// node ring_reader.js RING.JSON POOL < KEYS      prints the index of the owner for each line
"use strict";
const crypto = require("crypto");
const fs = require("fs");

const md5Words = (bytes) => {
  const hash = crypto.createHash("md5").update(bytes).digest();
  return [0, 4, 8, 12].map((at) => hash.readUInt32LE(at));
};
const sha256 = (bytes) => "sha256:" + crypto.createHash("sha256").update(bytes).digest("hex");
const cell = (value) => (value === null || value === undefined ? "" : String(value));

class Ring {
  constructor(snapshot) {
    this.snapshot = snapshot;
    const points = [];
    snapshot.slots.forEach((slot, owner) => {
      for (let block = 0; block * 4 < slot.points; block++) {
        const words = md5Words(`${slot.label}-${block}`).slice(0, slot.points - block * 4);
        for (const word of words) points.push([word, owner]);
      }
    });
    points.sort((a, b) => a[0] - b[0] || a[1] - b[1]); // slots are in the order of their labels
    this.hashes = Uint32Array.from(points, (point) => point[0]);
    this.owners = Uint32Array.from(points, (point) => point[1]);
  }
  index(key) {
    const hash = md5Words(key)[0];
    let [low, high] = [0, this.hashes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.hashes[middle] < hash) low = middle + 1;
      else high = middle;
    }
    return this.owners[low % this.owners.length];
  }
  node(key) { // null: answer a miss at once
    const slot = this.snapshot.slots[this.index(key)];
    return slot.state === "held" ? null : slot;
  }
}

function digest(s) {
  let text = "ringd-snapshot 1\n";
  for (const name of ["pool", "epoch", "version", "parent", "created_at"]) text += `${name}=${cell(s[name])}\n`;
  text += `dialect=${s.dialect.name}\nkey_hash=${s.dialect.key_hash}\n`;
  for (const name of Object.keys(s.dialect.options).sort()) text += `option.${name}=${s.dialect.options[name]}\n`;
  text += `agreement=${s.agreement}\naudit_head=${s.audit_head}\n`;
  const names = ["label", "weight", "points", "state", "node", "host", "port", "zone"];
  for (const slot of s.slots) text += ["slot", ...names.map((name) => cell(slot[name]))].join("\t") + "\n";
  return sha256(text);
}

class LiveRing {
  constructor(path, pool) { Object.assign(this, { path, pool, ring: null, stamp: "", error: null }); }
  check() { // call it once a second, give or take a fifth; look-ups go on with this.ring meanwhile
    let file;
    try {
      file = fs.openSync(this.path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
      const { dev, ino, size, mtimeNs } = fs.fstatSync(file, { bigint: true });
      const stamp = [dev, ino, size, mtimeNs].join();
      if (stamp === this.stamp) return;
      if (size > 64n << 20n) throw new Error("too-large");
      const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      const snapshot = JSON.parse(utf8.decode(fs.readFileSync(file)));
      if (snapshot.format !== 1) throw new Error("unknown-format");
      if (snapshot.pool !== this.pool) throw new Error("other-pool");
      if (digest(snapshot) !== snapshot.digest) throw new Error("digest-mismatch");
      if (snapshot.dialect.name !== "pinned-ketama") throw new Error("unknown-dialect");
      if (snapshot.slots.length === 0) throw new Error("no-slots");
      const mine = this.ring ? this.ring.snapshot : { epoch: 0, version: 0 };
      const order = snapshot.epoch - mine.epoch || snapshot.version - mine.version;
      if (order < 0) throw new Error("older");
      if (order === 0 && snapshot.digest !== mine.digest) throw new Error("same-version-other-content");
      if (order > 0) {
        const ring = new Ring(snapshot);
        const owners = Buffer.alloc(4 * 4096);
        for (let i = 0; i < 4096; i++) owners.writeUInt32LE(ring.index(`ringd-agreement-${i}`), 4 * i);
        if (sha256(owners) !== snapshot.agreement) throw new Error("agreement-mismatch");
        this.ring = ring;
      }
      this.stamp = stamp;
      this.error = null;
    } catch (error) {
      this.error = error.message; // the last good ring stays
    } finally {
      if (file !== undefined) fs.closeSync(file);
    }
  }
}

if (require.main === module) {
  const live = new LiveRing(process.argv[2], process.argv[3]);
  live.check();
  if (!live.ring) {
    console.error(live.error);
    process.exit(1);
  }
  const keys = fs.readFileSync(0, "utf8").split("\n").slice(0, -1);
  process.stdout.write(keys.map((key) => live.ring.index(key) + "\n").join(""));
}
module.exports = { LiveRing };
