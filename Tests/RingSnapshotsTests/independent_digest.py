"""The digest of a snapshot, from the format's description alone: reads a file on stdin, prints the digest."""
import hashlib
import json
import sys

s = json.load(sys.stdin)
lines = ["ringd-snapshot 1"]
for name in ("pool", "epoch", "version", "parent", "created_at"):
    lines.append("%s=%s" % (name, "" if s.get(name) is None else s[name]))
lines += ["dialect=" + s["dialect"]["name"], "key_hash=" + s["dialect"]["key_hash"]]
lines += ["option.%s=%s" % item for item in sorted(s["dialect"]["options"].items())]
lines += ["agreement=" + s["agreement"], "audit_head=" + s["audit_head"]]
for slot in s["slots"]:
    fields = ("label", "weight", "points", "state", "node", "host", "port", "zone")
    lines.append("\t".join(["slot"] + ["" if slot.get(f) is None else str(slot[f]) for f in fields]))
print("sha256:" + hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest())
