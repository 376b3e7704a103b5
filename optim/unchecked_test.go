package optim

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/schedule"
)

// TestUnchecked: without the check a step over finite gradients gives the bits that it
// gives with it, given one batch or several, with accumulated ones, workers and clipping
// by value.
func TestUnchecked(t *testing.T) {
	t.Run("float32", testUnchecked[float32])
	t.Run("float64", testUnchecked[float64])
}

func testUnchecked[T kernels.Float](t *testing.T) {
	lengths := []int{40000, 3, 200, 16400}
	for _, rule := range some(kinds) {
		for name, opts := range map[string][]Option{
			"plain":   {WithLossScale(4)},
			"clipped": {ClipValue(0.5), ZeroGrads(), WithReduction(ReduceSum)},
			"workers": {Workers(4), WithSchedule(schedule.Cosine{TMax: 9})},
		} {
			rng := rand.New(rand.NewPCG(65, 66))
			a := random[T](rng, lengths...)
			b := clones(a)
			checked := mustNew(t, rule, named(a), opts...)
			unchecked := mustNew(t, rule, named(b), append(opts, Unchecked())...)
			for step := range 5 {
				var batches, same [][][]T
				for range 1 + step%3 {
					g := random[T](rng, lengths...)
					batches, same = append(batches, g), append(same, clones(g))
				}
				if step == 4 {
					if err := checked.Accumulate(batches[0]); err != nil {
						t.Fatal(err)
					}
					if err := unchecked.Accumulate(same[0]); err != nil {
						t.Fatal(err)
					}
				}
				if step == 3 {
					for _, o := range []*Optimizer[T]{checked, unchecked} {
						if err := o.Freeze("p1"); err != nil {
							t.Fatal(err)
						}
					}
				}
				ra, rb := mustStep(t, checked, batches...), mustStep(t, unchecked, same...)
				if rb.GradNorm == rb.GradNorm || rb.ClipCoef != 1 || rb.LR != ra.LR || rb.Step != ra.Step {
					t.Fatalf("%s, %s: report %+v, with a check %+v", rule.Name(), name, rb, ra)
				}
				if !slices.Equal(checked.bits(), unchecked.bits()) {
					t.Fatalf("%s, %s: step %d differs from one with a check", rule.Name(), name, step)
				}
				for i := range batches {
					for j := range batches[i] {
						if !slices.Equal(batches[i][j], same[i][j]) {
							t.Fatalf("%s, %s: gradient %d of batch %d differs after step %d", rule.Name(), name, j, i, step)
						}
					}
				}
			}
			checked.Close()
			unchecked.Close()
		}
	}
}

// TestUncheckedNaN: what is not finite goes into the parameters, and no further.
func TestUncheckedNaN(t *testing.T) {
	p := []float32{1, 2, 3}
	o := mustNew(t, SGD{LR: 1}, named([][]float32{p}), Unchecked())
	r, err := o.Step([][]float32{{1, float32(math.NaN()), float32(math.Inf(1))}})
	if err != nil || r.Skipped || r.Step != 1 || o.Skipped() != 0 || r.Reason != (Reason{}) {
		t.Errorf("report %+v, %v", r, err)
	}
	if p[0] != 0 || p[1] == p[1] || !math.IsInf(float64(p[2]), -1) {
		t.Errorf("parameter %v", p)
	}
	table := []float32{1, 2, 3, 4}
	s := newTableOnly(t, SGD{LR: 1}, table, 2, Unchecked())
	if r, err = s.StepGradients(rowsOnly([]int{1}, []float32{float32(math.NaN()), 1})); err != nil || r.Skipped || r.GradNorm == r.GradNorm || r.ClipCoef != 1 {
		t.Errorf("report %+v, %v", r, err)
	}
	if table[1] != 2 || table[2] == table[2] || table[3] != 3 {
		t.Errorf("table %v", table)
	}
}

// TestUncheckedBeside: options that need the check.
func TestUncheckedBeside(t *testing.T) {
	all := func(string) bool { return true }
	for name, opt := range map[string]Option{
		"ClipNorm":       ClipNorm(1),
		"ClipParamNorm":  ClipParamNorm(1),
		"GroupClipNorm":  WithGroup(all, GroupClipNorm(1)),
		"FailAfterSkips": FailAfterSkips(3),
		"loss scale":     WithLossScaler(NewLossScaler()),
	} {
		_, err := New(SGD{LR: 1}, named([][]float32{{1}}), Unchecked(), opt)
		wantError(t, err, "Unchecked", name)
	}
	mustNew(t, SGD{LR: 1}, named([][]float32{{1}}), Unchecked(), FailAfterSkips(0))
}
