package optim

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/optim/internal/memory"
)

// TestAccumulateCuts: however up to nine batches are cut into calls of Accumulate and one of Step, the
// bits are those of one Step, in one process and on two ranks, of which the second one's numbers
// begin in the middle of the tree.
func TestAccumulateCuts(t *testing.T) {
	most := 9
	if testing.Short() {
		most = 6
	}
	start := random[float32](rand.New(rand.NewPCG(94, 95)), 33, 1, 7)
	batches := newMicroBatches[float32](2*most, 33, 1, 7)
	for n := 1; n <= most; n++ {
		opts := []Option{WithReductionOrder(ReduceTree), ClipNorm(1), WithReduction(Reduction(n % 2))}
		tr := &training[float32]{rule: NewAdam(0.1), params: named(start), opts: opts, micro: []int{n}, batches: batches}
		tr.plain(t)
		ranks := &training[float32]{rule: NewAdam(0.1), params: named(start), opts: opts, micro: []int{2 * n}, batches: batches}
		ranks.plain(t)
		for cuts := range 1 << n { // behind each batch is one or not, the last being that before Step
			o, err := tr.begin(nil)
			if err == nil {
				err = tr.takeCut(o, cuts)
			}
			if err != nil {
				t.Fatalf("%d batches, cuts %b: %v", n, cuts, err)
			}
			errs := make(chan error)
			for r, tp := range memory.New(2) {
				go func() {
					o, err := ranks.begin(tp)
					if err == nil {
						err = ranks.takeCut(o, cuts)
					}
					if err != nil {
						err = fmt.Errorf("rank %d: %w", r, err)
						tp.Abort(err)
					}
					errs <- err
				}()
			}
			for range 2 {
				if err := <-errs; err != nil {
					t.Fatalf("%d batches on each rank, cuts %b: %v", n, cuts, err)
				}
			}
		}
	}
}

// takeCut takes the first step in as many calls as cuts has bits, and one of Step.
func (tr *training[T]) takeCut(o *Optimizer[T], cuts int) error {
	lo, hi := 0, tr.micro[0]
	if o.world != nil {
		lo, hi, _ = o.Share()
	}
	var given []*Gradients[T]
	for k := lo; k < hi; k++ {
		given = append(given, tr.batches.of(0, k, len(o.params)))
		if cuts>>(k-lo)&1 == 1 {
			if err := o.AccumulateGradients(given...); err != nil {
				return err
			}
			given = nil
		}
	}
	report := reportOf(o.StepGradients(given...))
	o.settle()
	return tr.compare(o, []string{report})
}
