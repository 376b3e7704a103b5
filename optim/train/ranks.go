package train

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// ranks are the processes of a run whose optimizer is Distributed. All decide alike, because
// they have the same numbers: what one has found out alone, an error say, it tells the others
// where they meet next. A rank whose loop ends meets them too, so that nobody waits for it.
type ranks struct {
	rank, size int
	gather     func(mine []byte) ([][]byte, error)

	fitting bool
	over    error // why they meet no more in this Fit; nil while they do
	saves   bool  // whether all of them save the run after that
}

// newRanks returns nil for an optimizer of a single process.
func newRanks[T kernels.Float](opt *optim.Optimizer[T]) *ranks {
	if _, _, of := opt.Share(); of == 0 {
		return nil
	}
	rank, size := opt.Rank()
	return &ranks{rank: rank, size: size, gather: opt.AllGather}
}

// A point is where ranks meet.
type point uint8

const (
	entering  point = iota // with options
	stepping               // with the losses of a step's parts
	validated              // with a metric
	saving
	saved
	loaded // the checkpoint of an iteration
	restoring
	ending // with a rule's reason, or an error
)

// A message is what a rank tells the others.
type message struct {
	header
	losses []float64
	text   string // an error's, if Failed
}

type header struct {
	Point     point
	Failed    bool
	Canceled  bool // whether the error is context.Canceled
	Expired   bool // whether it is context.DeadlineExceeded
	Saves     bool // whether the run is worth saving
	Iteration int64
	Keeper    int64 // index of the rule whose parameters are to be put back, -1 for none
	Metric    float64
	Losses    int64
}

// String says where the rank is.
func (m message) String() string {
	n := m.Iteration
	switch m.Point {
	case entering:
		return fmt.Sprintf("begins after iteration %d", n)
	case stepping:
		return fmt.Sprintf("goes on with iteration %d", n+1)
	case validated:
		return fmt.Sprintf("has validated iteration %d", n)
	case saving, saved:
		return fmt.Sprintf("takes a Snapshot after iteration %d", n)
	case loaded:
		if n == 0 {
			return "finds no checkpoint to resume from"
		}
		return fmt.Sprintf("resumes after iteration %d", n)
	case restoring:
		return fmt.Sprintf("restores a Snapshot after iteration %d", n)
	}
	return fmt.Sprintf("ends after iteration %d (%s)", n, m.text)
}

// fail makes a message that of an error, if there is one.
func (m *message) fail(err error) {
	if err == nil {
		return
	}
	m.Failed, m.text = true, err.Error()
	m.Canceled, m.Expired = errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded)
	m.Saves = m.Saves && isWorthSaving(err)
}

// meet tells the others where this rank is, with its error if it has failed, and returns what
// they say. If one has failed, or they are not all at the same place, all get an error, and
// meet no more in the present Fit.
func (c *ranks) meet(m message, own error) ([]message, error) {
	if c.over != nil {
		return nil, c.over
	}
	m.fail(own)
	c.saves = false
	all, err := c.exchange(m)
	switch {
	case err == nil:
		err = c.compare(all, own)
	case own != nil:
		err = own
	}
	if c.fitting {
		c.over = err
	}
	return all, err
}

// exchange brings the messages of all.
func (c *ranks) exchange(m message) ([]message, error) {
	m.Losses = int64(len(m.losses))
	data, err := binary.Append(nil, binary.LittleEndian, m.header)
	if err == nil {
		data, err = binary.Append(data, binary.LittleEndian, m.losses)
	}
	if err != nil {
		return nil, err
	}
	got, err := c.gather(append(data, m.text...))
	if err != nil {
		return nil, err
	}
	all := make([]message, len(got))
	for r, data := range got {
		m := &all[r]
		n, err := binary.Decode(data, binary.LittleEndian, &m.header)
		if err == nil {
			m.losses = make([]float64, m.Losses)
			data = data[n:]
			n, err = binary.Decode(data, binary.LittleEndian, m.losses)
		}
		if err != nil {
			return nil, err
		}
		m.text = string(data[n:])
	}
	return all, nil
}

// compare returns an error unless all are at the same place and well. An own error that all
// have of their own needs no others'.
func (c *ranks) compare(all []message, own error) error {
	var errs []error
	saves := true
	for r, m := range all {
		saves = saves && m.Saves
		switch {
		case !m.Failed:
		case r == c.rank:
			errs = append(errs, &rankError{r, own})
		default:
			errs = append(errs, &rankError{r, &toldError{m.text, m.Canceled, m.Expired}})
		}
	}
	if len(errs) > 0 {
		c.saves = saves
		if len(errs) == c.size {
			return own
		}
		return errors.Join(errs...)
	}
	first := all[0]
	for r, m := range all {
		switch {
		case m.Point != first.Point || m.Iteration != first.Iteration:
			return fmt.Errorf("train: Fit: rank %d %v, and rank 0 %v", r, m, first)
		case m.Point == entering && m.text != first.text:
			own, other := difference(m.text, first.text)
			return fmt.Errorf("train: Fit: rank %d has %s, and rank 0 has %s", r, own, other)
		case !sameBits(m.Metric, first.Metric):
			return fmt.Errorf("train: Fit: iteration %d: Validate: rank %d has the metric %v, and rank 0 has %v", m.Iteration, r, m.Metric, first.Metric)
		case m.Keeper != first.Keeper:
			return fmt.Errorf("train: Fit: rank %d %v, and rank 0 %v, by another rule that keeps parameters", r, m, first)
		}
	}
	return nil
}

// sameBits compares numbers as they are, but that all NaN are one.
func sameBits(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

// difference returns the first lines in which texts of as many lines differ.
func difference(a, b string) (string, string) {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	i := 0
	for i < min(len(as), len(bs))-1 && as[i] == bs[i] {
		i++
	}
	return as[i], bs[i]
}

// A rankError is the error of a rank, which is named. Its text is the same on all ranks.
type rankError struct {
	rank int
	err  error
}

func (e *rankError) Error() string {
	return fmt.Sprintf("train: rank %d: %s", e.rank, strings.TrimPrefix(e.err.Error(), "train: "))
}

func (e *rankError) Unwrap() error { return e.err }

// A toldError is one that another rank has told. That a context was cancelled can be asked of it.
type toldError struct {
	text              string
	canceled, expired bool
}

func (e *toldError) Error() string { return e.text }

func (e *toldError) Is(target error) bool {
	return e.canceled && target == context.Canceled || e.expired && target == context.DeadlineExceeded
}
