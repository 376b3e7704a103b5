package optim

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestResumeTree stops a run before each of the micro-batches that it adds up in a tree, and goes
// on in an optimizer that has others, or a new one. It must end with the bits of a run that
// never stopped.
func TestResumeTree(t *testing.T) {
	t.Run("float32", testResumeTree[float32])
	t.Run("float64", testResumeTree[float64])
}

func testResumeTree[T kernels.Float](t *testing.T) {
	const micro, steps = 7, 3
	lengths := []int{40, 3, 20000}
	made := func() *Optimizer[T] {
		o := mustNew(t, NewAdam(0.1), named(random[T](rand.New(rand.NewPCG(1, 2)), lengths...)), WithReductionOrder(ReduceTree), ClipNorm(1))
		if err := o.Freeze("p1"); err != nil {
			t.Fatal(err)
		}
		return o
	}
	batch := func(step, k int) [][]T {
		return random[T](rand.New(rand.NewPCG(uint64(step), uint64(k))), lengths...)
	}
	whole, part := made(), made()
	for step := range steps {
		var batches [][][]T
		for k := range micro {
			batches = append(batches, batch(step, k))
			s := mustSnapshot(t, part)
			switch (step + k) % 3 {
			case 0:
				part = made()
			case 1: // fewer and more than there were
				part.Discard()
				for range 2 * k {
					if err := part.Accumulate(batch(9, k)); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := part.Restore(s); err != nil {
				t.Fatal(err)
			}
			if got := mustSnapshot(t, part); !reflect.DeepEqual(got, s) {
				t.Fatalf("step %d, %d batches: the snapshot of what was restored is another one", step, k)
			}
			if err := part.Accumulate(batch(step, k)); err != nil {
				t.Fatal(err)
			}
		}
		mustStep(t, whole, batches...)
		mustStep(t, part)
		if !reflect.DeepEqual(mustSnapshot(t, part), mustSnapshot(t, whole)) {
			t.Fatalf("after step %d the snapshots differ", step)
		}
	}
}

// TestRestoreOrder: sums of one order are no sums of the other, and without any both go on from
// the same snapshot.
func TestRestoreOrder(t *testing.T) {
	made := func(order ReductionOrder) *Optimizer[float64] {
		return mustNew(t, NewAdam(0.1), named([][]float64{{1, 2, 3}}), WithReductionOrder(order))
	}
	grads := [][]float64{{1, 2, 3}}
	for _, order := range []ReductionOrder{ReduceInOrder, ReduceTree} {
		a, b := made(order), made(ReduceTree-order)
		if err := b.Restore(mustSnapshot(t, a)); err != nil {
			t.Fatal(err)
		}
		for n := range 5 {
			if err := a.Accumulate(grads); err != nil {
				t.Fatal(err)
			}
			s := mustSnapshot(t, a)
			before := mustSnapshot(t, b)
			wantError(t, b.Restore(s), "accumulated", order.String(), (ReduceTree - order).String())
			good := s.Params[0].Sums
			for _, bad := range [][][]float64{nil, append(good[:len(good):len(good)], good[0]), {{1}, {2}}} {
				s.Params[0].Sums = bad
				wantError(t, a.Restore(s), `"p0"`, "accumulated gradients of")
			}
			if !reflect.DeepEqual(mustSnapshot(t, b), before) || a.Accumulated() != n+1 {
				t.Fatal("a failed Restore has changed something")
			}
		}
		// What was accumulated before does not stay.
		if err := b.Accumulate(grads, grads, grads); err != nil {
			t.Fatal(err)
		}
		if err := b.Restore(mustSnapshot(t, made(order))); err != nil {
			t.Fatal(err)
		}
		c := made(ReduceTree - order)
		for _, o := range []*Optimizer[float64]{b, c} {
			if err := o.Accumulate(grads); err != nil {
				t.Fatal(err)
			}
			mustStep(t, o, grads)
		}
		if !reflect.DeepEqual(mustSnapshot(t, b), mustSnapshot(t, c)) {
			t.Fatal("gradients of before Restore are in the step after it")
		}
	}
}

// TestReductionOrderText: names are read again, and nothing else is.
func TestReductionOrderText(t *testing.T) {
	for _, r := range []ReductionOrder{ReduceInOrder, ReduceTree} {
		text, err := r.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got ReductionOrder
		if err := got.UnmarshalText(text); err != nil || got != r {
			t.Errorf("%s is read as %v (%v)", text, got, err)
		}
	}
	_, err := ReductionOrder(7).MarshalText()
	wantError(t, err, "ReductionOrder(7)")
	wantError(t, new(ReductionOrder).UnmarshalText([]byte("bush")), `"bush"`, `"tree"`)
	if got := fmt.Sprint(ReductionOrder(-1)); got != "ReductionOrder(-1)" {
		t.Error(got)
	}
}
