// Package memory joins ranks that are goroutines of one process.
package memory

import (
	"fmt"
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

// A post is what a rank has to send, and room for what it is to get.
type post struct {
	call                   string
	send, recv             []byte
	sendCounts, recvCounts []int
}

// Rank implements optim.Transport.
func (t *Transport) Rank() int { return t.rank }

// Size implements optim.Transport.
func (t *Transport) Size() int { return len(t.posts) }

// AllToAll implements optim.Transport.
func (t *Transport) AllToAll(send []byte, sendCounts []int, recv []byte, recvCounts []int) error {
	return t.meet(post{"AllToAll", send, recv, sendCounts, recvCounts})
}

// AllGather implements optim.Transport.
func (t *Transport) AllGather(send, recv []byte, counts []int) error {
	return t.meet(post{"AllGather", send, recv, nil, counts})
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
		if q := m.posts[0]; p.call != q.call {
			return fmt.Errorf("memory: rank %d calls %s, and rank 0 %s", r, p.call, q.call)
		}
		at := 0
		for from, n := range p.recvCounts {
			part := m.posts[from].send
			if counts := m.posts[from].sendCounts; counts != nil {
				lo := 0
				for _, c := range counts[:r] {
					lo += c
				}
				part = part[lo:][:counts[r]]
			}
			if len(part) != n {
				return fmt.Errorf("memory: %s: rank %d sends %d bytes to rank %d, which wants %d", p.call, from, len(part), r, n)
			}
			at += copy(p.recv[at:], part)
		}
	}
	return nil
}
