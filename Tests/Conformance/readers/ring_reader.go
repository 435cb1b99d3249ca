// Follows the snapshots of one pool (format 1, dialect pinned-ketama) and says who owns a key.
// go run ring_reader.go RING.JSON POOL < KEYS      prints the index of the owner for each line
package main

import (
	"bufio"
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"sync/atomic"
)

type Slot struct {
	Label, State, Node, Host, Zone string
	Weight, Points, Port           int64
}

type Snapshot struct {
	Format, Epoch, Version, Parent int64
	Pool, Agreement, Digest        string
	CreatedAt                      string `json:"created_at"`
	AuditHead                      string `json:"audit_head"`
	Slots                          []Slot
	Dialect                        struct {
		Name    string
		KeyHash string `json:"key_hash"`
		Options map[string]string
	}
}

type point struct{ hash, owner uint32 }

type Ring struct {
	Snapshot Snapshot
	points   []point
}

func words(text string) (result [4]uint32) {
	sum := md5.Sum([]byte(text))
	for i := range result {
		result[i] = binary.LittleEndian.Uint32(sum[4*i:])
	}
	return
}

func build(snapshot Snapshot) *Ring {
	ring := &Ring{Snapshot: snapshot}
	for owner, slot := range snapshot.Slots {
		for n := int64(0); n < slot.Points; n++ {
			hash := words(fmt.Sprintf("%s-%d", slot.Label, n/4))[n%4]
			ring.points = append(ring.points, point{hash, uint32(owner)})
		}
	}
	// Slots are in the order of their labels, so equal points fall to the first of them.
	sort.SliceStable(ring.points, func(i, j int) bool { return ring.points[i].hash < ring.points[j].hash })
	return ring
}

func (ring *Ring) Index(key string) uint32 {
	hash := words(key)[0]
	i := sort.Search(len(ring.points), func(i int) bool { return ring.points[i].hash >= hash })
	return ring.points[i%len(ring.points)].owner
}

// Node is nil where the slot is held: answer a miss at once.
func (ring *Ring) Node(key string) *Slot {
	slot := &ring.Snapshot.Slots[ring.Index(key)]
	if slot.State == "held" {
		return nil
	}
	return slot
}

func (ring *Ring) agreement() string {
	hash := sha256.New()
	for n := 0; n < 4096; n++ {
		_ = binary.Write(hash, binary.LittleEndian, ring.Index(fmt.Sprintf("ringd-agreement-%d", n)))
	}
	return fmt.Sprintf("sha256:%x", hash.Sum(nil))
}

func number(n int64) string { // an absent number is empty; none that may be absent is ever 0
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func (s *Snapshot) digest() string {
	var text strings.Builder
	fmt.Fprintf(&text, "ringd-snapshot 1\npool=%s\nepoch=%d\n", s.Pool, s.Epoch)
	fmt.Fprintf(&text, "version=%d\nparent=%s\n", s.Version, number(s.Parent))
	fmt.Fprintf(&text, "created_at=%s\ndialect=%s\nkey_hash=%s\n", s.CreatedAt, s.Dialect.Name, s.Dialect.KeyHash)
	names := make([]string, 0, len(s.Dialect.Options))
	for name := range s.Dialect.Options {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(&text, "option.%s=%s\n", name, s.Dialect.Options[name])
	}
	fmt.Fprintf(&text, "agreement=%s\naudit_head=%s\n", s.Agreement, s.AuditHead)
	for _, slot := range s.Slots {
		numbers := []string{fmt.Sprint(slot.Weight), number(slot.Points), slot.State}
		cells := append([]string{"slot", slot.Label}, append(numbers, slot.Node, slot.Host, number(slot.Port), slot.Zone)...)
		text.WriteString(strings.Join(cells, "\t") + "\n")
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text.String())))
}

// LiveRing keeps the last good ring behind an atomic pointer; call Check once a second, give or take a fifth.
type LiveRing struct {
	Path, Pool string
	Ring       atomic.Pointer[Ring]
	seen       os.FileInfo
}

func (live *LiveRing) Check() error {
	info, err := os.Stat(live.Path)
	if err != nil {
		return err
	}
	seen := live.seen
	if seen != nil && os.SameFile(seen, info) && seen.Size() == info.Size() && seen.ModTime().Equal(info.ModTime()) {
		return nil
	}
	if !info.Mode().IsRegular() {
		return errors.New("not-a-file")
	}
	file, err := os.Open(live.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(file, 64<<20+1))
	if err != nil {
		return err
	}
	if len(data) > 64<<20 {
		return errors.New("too-large")
	}
	if err = live.follow(data); err == nil {
		live.seen = info
	}
	return err
}

func (live *LiveRing) follow(data []byte) error {
	var snapshot, mine Snapshot
	if err := json.Unmarshal(data, &snapshot); err != nil {
		return err
	}
	if ring := live.Ring.Load(); ring != nil {
		mine = ring.Snapshot
	}
	sameEpoch := snapshot.Epoch == mine.Epoch
	switch {
	case snapshot.Format != 1:
		return errors.New("unknown-format")
	case snapshot.Pool != live.Pool:
		return errors.New("other-pool")
	case snapshot.digest() != snapshot.Digest:
		return errors.New("digest-mismatch")
	case snapshot.Dialect.Name != "pinned-ketama":
		return errors.New("unknown-dialect")
	case len(snapshot.Slots) == 0:
		return errors.New("no-slots")
	case snapshot.Epoch < mine.Epoch || sameEpoch && snapshot.Version < mine.Version:
		return errors.New("older")
	case sameEpoch && snapshot.Version == mine.Version && snapshot.Digest != mine.Digest:
		return errors.New("same-version-other-content")
	case sameEpoch && snapshot.Version == mine.Version:
		return nil
	}
	ring := build(snapshot)
	if ring.agreement() != snapshot.Agreement {
		return errors.New("agreement-mismatch")
	}
	live.Ring.Store(ring)
	return nil
}

func main() {
	live := &LiveRing{Path: os.Args[1], Pool: os.Args[2]}
	if err := live.Check(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	keys := bufio.NewScanner(os.Stdin)
	for keys.Scan() {
		fmt.Fprintln(out, live.Ring.Load().Index(keys.Text()))
	}
}
