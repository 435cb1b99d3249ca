// Follows the ring of a pool (snapshot format 1, dialect pinned-ketama, which has no options).
// ring_reader RING.JSON POOL < KEYS prints the index of the owner of each line.
package main

import (
	"bufio"
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sort"
)

type Slot struct {
	Label, State, Node, Host, Zone string
	Weight, Points, Port           json.Number // as written, and empty where absent
}
type Ring struct {
	Format, Epoch, Version                          int64
	Parent                                          json.Number
	Pool, Created_at, Agreement, Audit_head, Digest string
	Dialect                                         struct{ Name, Key_hash string }
	Slots                                           []Slot
	points                                          [][2]uint32 // each with the index of its owner
}

func (r *Ring) digest() string {
	text := fmt.Sprintf("ringd-snapshot 1\npool=%s\nepoch=%d\nversion=%d\nparent=%s\n", r.Pool, r.Epoch, r.Version, r.Parent)
	text += fmt.Sprintf("created_at=%s\ndialect=%s\nkey_hash=%s\n", r.Created_at, r.Dialect.Name, r.Dialect.Key_hash)
	hash := sha256.New()
	fmt.Fprintf(hash, "%sagreement=%s\naudit_head=%s\n", text, r.Agreement, r.Audit_head)
	for _, s := range r.Slots {
		fmt.Fprintf(hash, "slot\t%s\t%s\t%s\t%s\t%s", s.Label, s.Weight, s.Points, s.State, s.Node)
		fmt.Fprintf(hash, "\t%s\t%s\t%s\n", s.Host, s.Port, s.Zone)
	}
	return fmt.Sprintf("sha256:%x", hash.Sum(nil))
}

func word(text string, n int) uint32 {
	hash := md5.Sum([]byte(text))
	return binary.LittleEndian.Uint32(hash[4*n:])
}

func (r *Ring) Index(key string) uint32 { // a slot that is "held" is a miss at once
	hash := word(key, 0)
	n := sort.Search(len(r.points), func(n int) bool { return r.points[n][0] >= hash })
	return r.points[n%len(r.points)][1]
}

// Load gives the ring to go on with, or why the current one must stay.
func Load(path, pool string, current *Ring) (*Ring, error) {
	next := &Ring{}
	if data, err := os.ReadFile(path); err != nil || len(data) > 64<<20 || json.Unmarshal(data, next) != nil {
		return nil, errors.New("unreadable, too large or malformed")
	}
	for owner, slot := range next.Slots {
		count, _ := slot.Points.Int64()
		for n := 0; n < int(count); n++ {
			next.points = append(next.points, [2]uint32{word(fmt.Sprintf("%s-%d", slot.Label, n/4), n%4), uint32(owner)})
		}
	} // slots are in the order of their labels, so of equal points the first owns
	sort.SliceStable(next.points, func(a, b int) bool { return next.points[a][0] < next.points[b][0] })
	isNewer := next.Epoch > current.Epoch || next.Epoch == current.Epoch && next.Version > current.Version
	isRight := next.Format == 1 && next.Pool == pool && next.Dialect.Name == "pinned-ketama" && len(next.Slots) > 0
	if !isRight || next.digest() != next.Digest || !(isNewer || next.Digest == current.Digest) {
		return nil, errors.New("not a newer ring of this pool in format 1, or its digest is wrong")
	}
	owners := sha256.New()
	for n := 0; n < 4096; n++ {
		binary.Write(owners, binary.LittleEndian, next.Index(fmt.Sprintf("ringd-agreement-%d", n)))
	}
	if fmt.Sprintf("sha256:%x", owners.Sum(nil)) != next.Agreement {
		return nil, errors.New("this program does not compute the ring that was published")
	}
	return next, nil
}

func main() {
	ring, err := Load(os.Args[1], os.Args[2], &Ring{}) // then once a second, with the ring that there is
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for keys := bufio.NewScanner(os.Stdin); keys.Scan(); {
		fmt.Println(ring.Index(keys.Text()))
	}
}
