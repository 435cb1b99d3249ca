// Follows the ring of a pool (snapshot format 1, dialect pinned-ketama).
// node ring_reader.js RING.JSON POOL < KEYS prints the index of the owner of each line.
"use strict";
const crypto = require("crypto");
const fs = require("fs");
const sha256 = (bytes) => "sha256:" + crypto.createHash("sha256").update(bytes).digest("hex");
const words = (text) => {
  const md5 = crypto.createHash("md5").update(text).digest();
  return [0, 4, 8, 12].map((at) => md5.readUInt32LE(at));
};
function digest({ dialect, slots, ...s }) {
  const options = Object.keys(dialect.options).sort().map((name) => [`option.${name}`, dialect.options[name]]);
  const head = ["pool", "epoch", "version", "parent", "created_at"].map((name) => [name, s[name] ?? ""]);
  const tail = [["agreement", s.agreement], ["audit_head", s.audit_head]];
  const pairs = [...head, ["dialect", dialect.name], ["key_hash", dialect.key_hash], ...options, ...tail];
  const names = ["label", "weight", "points", "state", "node", "host", "port", "zone"];
  const rows = slots.map((slot) => ["slot", ...names.map((name) => slot[name] ?? "")].join("\t"));
  return sha256(["ringd-snapshot 1", ...pairs.map((pair) => pair.join("=")), ...rows].join("\n") + "\n");
}
class Ring {
  constructor(snapshot) {
    this.snapshot = snapshot;
    this.points = snapshot.slots.flatMap((slot, owner) =>
      Array.from({ length: slot.points }, (_, n) => [words(`${slot.label}-${n >> 2}`)[n & 3], owner]));
    this.points.sort((a, b) => a[0] - b[0] || a[1] - b[1]); // slots are in the order of their labels
  }
  index(key) {
    const hash = words(key)[0];
    let [low, high] = [0, this.points.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.points[middle][0] < hash) low = middle + 1;
      else high = middle;
    }
    return this.points[low % this.points.length][1]; // a slot that is "held" is a miss at once
  }
}
function load(path, pool, current) { // the ring to go on with; throws where the current one must stay
  const require = (holds, reason) => { if (!holds) throw new Error(reason); };
  require(fs.statSync(path).size <= 64 << 20, "too-large");
  const next = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(fs.readFileSync(path)));
  require(next.format === 1, "unknown-format");
  require(next.pool === pool, "other-pool");
  require(next.slots.length > 0, "no-slots");
  require(next.digest === digest(next), "digest-mismatch");
  require(next.dialect.name === "pinned-ketama", "unknown-dialect");
  const mine = current?.snapshot ?? { epoch: 0, version: 0 };
  const order = next.epoch - mine.epoch || next.version - mine.version;
  require(order > 0 || (order === 0 && next.digest === mine.digest), "older, or another content of this version");
  const ring = new Ring(next);
  const owners = Uint32Array.from({ length: 4096 }, (_, n) => ring.index(`ringd-agreement-${n}`));
  require(sha256(Buffer.from(owners.buffer)) === next.agreement, "agreement-mismatch");
  return ring;
}
const ring = load(process.argv[2], process.argv[3]); // then once a second: try { ring = load(…, ring) } catch { log }
for (const key of fs.readFileSync(0, "utf8").split("\n").slice(0, -1)) console.log(ring.index(key));
