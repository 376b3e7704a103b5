// Package memory joins ranks that are goroutines of one process.
package memory

import (
	"fmt"
	"slices"
	"sync"
)

// New returns the transports of so many ranks, optim.Transports.
func New(size int) []*Transport {
	m := &meeting{posts: make([]post, size)}
	m.changed.L = &m.mu
	all := make([]*Transport, size)
	for r := range all {
		all[r] = &Transport{m, r}
	}
	return all
}

// A Transport is that of one rank.
type Transport struct {
	*meeting
	rank int
}

// A meeting is what the ranks have in common: each call is one meeting of all of them, to which
// each brings a post. The last to come copies for all, so that nobody reads what another one
// may already write to.
type meeting struct {
	mu      sync.Mutex
	changed sync.Cond
	posts   []post
	came    int
	number  int // of meetings that are over
	result  error
	aborted error
}

// A post is what a rank has to send to each other one, and room for what it is to get.
type post struct {
	call       string
	send, recv [][]byte
}

// Rank implements optim.Transport.
func (t *Transport) Rank() int { return t.rank }

// Size implements optim.Transport.
func (t *Transport) Size() int { return len(t.posts) }

// AllToAll implements optim.Transport.
func (t *Transport) AllToAll(send, recv [][]byte) error {
	return t.meet(post{"AllToAll", send, recv})
}

// AllGather implements optim.Transport.
func (t *Transport) AllGather(send []byte, recv [][]byte) error {
	return t.meet(post{"AllGather", slices.Repeat([][]byte{send}, t.Size()), recv})
}

// Barrier implements optim.Transport.
func (t *Transport) Barrier() error { return t.meet(post{call: "Barrier"}) }

// Abort implements optim.Transport: all calls fail from now on.
func (t *Transport) Abort(reason error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.aborted == nil {
		t.aborted = fmt.Errorf("memory: rank %d has aborted: %w", t.rank, reason)
	}
	t.changed.Broadcast()
}

func (t *Transport) meet(p post) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.aborted != nil {
		return t.aborted
	}
	t.posts[t.rank] = p
	if t.came++; t.came == len(t.posts) {
		t.result = t.deliver()
		clear(t.posts)
		t.came = 0
		t.number++
		t.changed.Broadcast()
		return t.result
	}
	for n := t.number; n == t.number; {
		if t.aborted != nil {
			return t.aborted
		}
		t.changed.Wait()
	}
	return t.result
}

// deliver copies what the ranks have sent.
func (m *meeting) deliver() error {
	for r, p := range m.posts {
		if first := m.posts[0].call; p.call != first {
			return fmt.Errorf("memory: rank %d calls %s, and rank 0 %s", r, p.call, first)
		}
		if n := len(m.posts); p.call != "Barrier" && (len(p.send) != n || len(p.recv) != n) {
			return fmt.Errorf("memory: %s: rank %d sends to %d ranks and receives from %d, of %d", p.call, r, len(p.send), len(p.recv), n)
		}
	}
	for r, p := range m.posts {
		for from, room := range p.recv {
			if from == r {
				continue
			}
			part := m.posts[from].send[r]
			if len(part) != len(room) {
				return fmt.Errorf("memory: %s: rank %d sends %d bytes to rank %d, which wants %d", p.call, from, len(part), r, len(room))
			}
			copy(room, part)
		}
	}
	return nil
}
