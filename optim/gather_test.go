package optim_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
)

// TestAllGather: every rank has what each has given, of whatever length, and a copy of its own.
func TestAllGather(t *testing.T) {
	newOptimizer := func(opts ...optim.Option) *optim.Optimizer[float32] {
		o, err := optim.New(optim.SGD{LR: 1}, []optim.Param[float32]{{Name: "p", Value: make([]float32, 3)}}, opts...)
		if err != nil {
			t.Error(err)
		}
		return o
	}
	one := []byte("alone")
	all, err := newOptimizer().AllGather(one)
	if one[0] = 'b'; err != nil || len(all) != 1 || string(all[0]) != "alone" {
		t.Errorf("one process: %q, error %v", all, err)
	}
	for size := range 6 {
		onRanks(size, func(tr optim.Transport) {
			o := newOptimizer(optim.Distributed(tr, 3))
			for times := range 3 {
				mine := bytes.Repeat([]byte{byte(tr.Rank() + times)}, 2*tr.Rank()*times)
				all, err := o.AllGather(mine)
				if err != nil || len(all) != size {
					t.Errorf("rank %d of %d: %d messages, error %v", tr.Rank(), size, len(all), err)
				}
				clear(mine) // which is the caller's
				for r, got := range all {
					if want := bytes.Repeat([]byte{byte(r + times)}, 2*r*times); !bytes.Equal(got, want) {
						t.Errorf("rank %d of %d: %v from rank %d, want %v", tr.Rank(), size, got, r, want)
					}
				}
			}
		})
	}
	own := errors.New("own")
	onRanks(2, func(tr optim.Transport) {
		o := newOptimizer(optim.Distributed(tr, 3))
		if tr.Rank() == 1 {
			tr.Abort(own)
		}
		for range 2 {
			if _, err := o.AllGather(nil); !errors.Is(err, own) || !strings.Contains(err.Error(), "of 2") {
				t.Errorf("rank %d: error %v after rank 1 has aborted", tr.Rank(), err)
			}
		}
	})
}
