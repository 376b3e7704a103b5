package distributed

import "time"

// A Counter is a Transport that counts what its rank does.
type Counter struct {
	Transport
	Sent  int64         // bytes to other ranks
	Calls int64         // of AllToAll, AllGather and Barrier
	Time  time.Duration // in them, the wait for other ranks included
}

// AllToAll implements Transport.
func (c *Counter) AllToAll(send, recv [][]byte) error {
	for r, part := range send {
		if r != c.Rank() {
			c.Sent += int64(len(part))
		}
	}
	return c.timed(func() error { return c.Transport.AllToAll(send, recv) })
}

// AllGather implements Transport.
func (c *Counter) AllGather(send []byte, recv [][]byte) error {
	c.Sent += int64(len(send) * (c.Size() - 1))
	return c.timed(func() error { return c.Transport.AllGather(send, recv) })
}

// Barrier implements Transport.
func (c *Counter) Barrier() error { return c.timed(c.Transport.Barrier) }

func (c *Counter) timed(call func() error) error {
	start := time.Now()
	err := call()
	c.Calls++
	c.Time += time.Since(start)
	return err
}
