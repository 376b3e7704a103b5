package optim

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/optim/schedule"
)

// narrow returns a gradient rounded to bfloat16.
func narrow(x []float32) []kernels.BFloat16 {
	y := make([]kernels.BFloat16, len(x))
	kernels.RoundBF16(y, x)
	return y
}

// widen returns the same gradient as float32.
func widen(x []kernels.BFloat16) []float32 {
	y := make([]float32, len(x))
	kernels.WidenBF16(y, x)
	return y
}

// bfloat16sIn returns the memory of a vector as bfloat16.
func bfloat16sIn(x []float32) []kernels.BFloat16 {
	return unsafe.Slice((*kernels.BFloat16)(unsafe.Pointer(unsafe.SliceData(x))), 2*len(x))
}

// pairOf returns gradients of bfloat16, where mixed is set of both types or float32 alone,
// and the same as float32.
func pairOf(rng *rand.Rand, mixed bool, lengths ...int) (narrowed, widened *Gradients[float32]) {
	narrowed = &Gradients[float32]{Dense: make([][]float32, len(lengths)), BF16: make([][]kernels.BFloat16, len(lengths))}
	widened = &Gradients[float32]{}
	all := mixed && rng.IntN(3) == 0
	if all {
		narrowed.BF16 = nil
	}
	for i, g := range random[float32](rng, lengths...) {
		g16 := narrow(g)
		if all || mixed && rng.IntN(2) == 0 {
			narrowed.Dense[i] = widen(g16)
		} else {
			narrowed.BF16[i] = g16
		}
		widened.Dense = append(widened.Dense, widen(g16))
	}
	return narrowed, widened
}

// same16 reports whether gradients of bfloat16, or of both types, hold the numbers of others.
func same16(a, b *Gradients[float32]) bool {
	for i, want := range b.Dense {
		got := a.Dense[i]
		if got == nil {
			got = widen(a.BF16[i])
		}
		if !slices.Equal(got, want) {
			return false
		}
	}
	return true
}

// options16 are options of steps, each of which counts once.
var options16 = map[string][]Option{
	"plain":      nil,
	"unchecked":  {Unchecked(), WithLossScale(4)},
	"clip norm":  {ClipNorm(40), WithLossScale(0.25), WithSchedule(schedule.Cosine{TMax: 9})},
	"clip value": {ClipValue(0.5), ZeroGrads(), WithReduction(ReduceSum)},
	"clip all": {ClipParamNorm(30), ClipNorm(35), ClipValue(0.75), Workers(3), ZeroGrads(),
		WithGroup(func(name string) bool { return name != "p1" }, GroupClipNorm(20), LRFactor(0.5), MayBeEmpty())},
	"workers":     {Workers(8), WithReduction(ReduceSum), WithLossScaler(LossScaler{Init: 16, Growth: 2, Backoff: 0.5, Interval: 2})},
	"tiny factor": {WithLossScale(0x1p126), ClipNorm(1e-30)},
}

// TestBFloat16Gradients: gradients of bfloat16, of both types, and of either in turn, leave
// the bits that the same gradients leave as float32, and the same reports: in one batch or
// several, accumulated before or not, beside frozen parameters and with all options.
func TestBFloat16Gradients(t *testing.T) {
	names := slices.Sorted(maps.Keys(options16))
	for i, rule := range append(some(kinds), NewMuon(0.1), NewAdafactor(0.1)) {
		for j, name := range names {
			if (i+j)%5 > 0 && i > 0 {
				continue // every rule meets some options, and the first one all
			}
			opts, lengths := options16[name], []int{3, 1025, 700}
			if i == j || !testing.Short() {
				lengths[2] = 16400 // in two blocks
			}
			if name == "workers" && i < 2 && !testing.Short() {
				lengths[2] = 3 * workerBlocks * blockLen[float32]() // worth several
			}
			rng := rand.New(rand.NewPCG(71, 72))
			values := random[float32](rng, lengths...)
			params, others := named(values), named(clones(values))
			params[1].Shape, others[1].Shape = []int{41, 25}, []int{41, 25}
			a, b := mustNew(t, rule, params, opts...), mustNew(t, rule, others, opts...)
			for step := range 9 {
				var some, same []*Gradients[float32]
				for range 1 + step%3 {
					g, h := pairOf(rng, step > 2, lengths...)
					some, same = append(some, g), append(same, h)
				}
				if step == 2 {
					freeze(t, "p0", a, b)
					some[0].BF16[0], same[0].Dense[0] = nil, nil
				}
				cut := step / 6 * (len(some) - 1)
				if cut > 0 {
					accumulate16(t, a, some[:cut])
					accumulate16(t, b, same[:cut])
				}
				what := fmt.Sprintf("%s, %s: step %d, %d of %d batches accumulated", rule.Name(), name, step, cut, len(some))
				ra, rb := mustStepGradients(t, a, some[cut:]...), mustStepGradients(t, b, same[cut:]...)
				if !sameReports(ra, rb) {
					t.Fatalf("%s: report %+v, with float32 %+v", what, ra, rb)
				}
				if !slices.Equal(a.bits(), b.bits()) {
					t.Fatalf("%s: the bits differ from those with float32", what)
				}
				for i := range some {
					if step != 2 && !same16(some[i], same[i]) {
						t.Fatalf("%s: the gradients of batch %d differ from float32's after it", what, i)
					}
				}
			}
			a.Close()
			b.Close()
		}
	}
}

func freeze(t *testing.T, name string, opts ...*Optimizer[float32]) {
	t.Helper()
	for _, o := range opts {
		if err := o.Freeze(name); err != nil {
			t.Fatal(err)
		}
	}
}

func accumulate16(t *testing.T, o *Optimizer[float32], batches []*Gradients[float32]) {
	t.Helper()
	if err := o.AccumulateGradients(batches...); err != nil {
		t.Fatal(err)
	}
}

// sameReports compares reports, of which those of unchecked steps have NaN for a norm.
func sameReports(a, b Report) bool {
	if a.GradNorm != a.GradNorm && b.GradNorm != b.GradNorm {
		a.GradNorm, b.GradNorm = 0, 0
	}
	return reflect.DeepEqual(a, b)
}

// TestBFloat16Skip: what is not finite in bfloat16 skips the step and is found, wherever it
// stands, also where only the division by a loss scale makes it so, and in sums.
func TestBFloat16Skip(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, at := range []int{0, 1023, 1024, 16383, 16384, 20000} {
		for _, c := range []struct {
			value float32
			want  float64
			opts  []Option
		}{
			{float32(math.NaN()), math.NaN(), nil},
			{-inf, math.Inf(-1), []Option{ZeroGrads(), ClipNorm(1)}},
			{0x1p127, math.Inf(1), []Option{WithLossScale(0.25)}},
		} {
			values := [][]float32{make([]float32, 5), make([]float32, 20001)}
			o := mustNew(t, NewAdam(0.1), named(values), c.opts...)
			before := o.bits()
			g := o.NewGradients()
			g.Dense[1], g.BF16 = nil, [][]kernels.BFloat16{nil, make([]kernels.BFloat16, 20001)}
			g.BF16[1][at] = kernels.ToBFloat16(c.value)
			r, err := o.StepGradients(g)
			if err != nil || !r.Skipped || r.Reason.Param != "p1" || r.Reason.Element != at || !kerneltest.Same(r.Reason.Value, c.want) {
				t.Errorf("element %d is %v: report %+v, %v", at, c.value, r, err)
			}
			if !slices.Equal(o.bits(), before) {
				t.Errorf("element %d is %v: the step changed something", at, c.value)
			}
			if cleared := g.BF16[1][at] == 0; cleared != o.zeroGrads {
				t.Errorf("element %d is %v after the step, ZeroGrads %v", at, g.BF16[1][at], o.zeroGrads)
			}
		}
	}

	f := mustNew(t, SGD{LR: 1}, named([][]float32{{1}, {2, 3}}))
	freeze(t, "p0", f)
	bad := narrow([]float32{inf, inf})
	if r, err := f.StepGradients(&Gradients[float32]{BF16: [][]kernels.BFloat16{bad[:1], bad}}); err != nil || r.Reason.Param != "p1" {
		t.Errorf("beside a frozen parameter: report %+v, %v", r, err)
	}

	o := mustNew(t, SGD{LR: 1}, named([][]float32{{1, 2}}), WithReduction(ReduceSum))
	big := &Gradients[float32]{BF16: [][]kernels.BFloat16{narrow([]float32{0, 3e38})}}
	if r, err := o.StepGradients(big, big); err != nil || !r.Skipped || r.Reason != (Reason{"p0", 1, math.Inf(1)}) {
		t.Errorf("a sum out of range: report %+v, %v", r, err)
	}
}

// TestBFloat16Beside: gradients of bfloat16 beside a table's rows.
func TestBFloat16Beside(t *testing.T) {
	rng := rand.New(rand.NewPCG(73, 74))
	for name, opts := range options16 {
		values := random[float32](rng, 300, 1000*4)
		same := clones(values)
		a := mustNew(t, NewAdam(0.1), []Param[float32]{{Name: "w", Value: values[0]}, sparse("t", values[1], 4)}, opts...)
		b := mustNew(t, NewAdam(0.1), []Param[float32]{{Name: "w", Value: same[0]}, sparse("t", same[1], 4)}, opts...)
		for step := range 4 {
			g, h := a.NewGradients(), b.NewGradients()
			dense := narrow(random[float32](rng, 300)[0])
			g.Dense[0], g.BF16 = nil, [][]kernels.BFloat16{dense, {}}
			copy(h.Dense[0], widen(dense))
			for range 600 {
				row := rng.IntN(1000)
				copy(g.Rows[1].Add(row), []float32{1, -2, 3, -4})
				copy(h.Rows[1].Add(row), []float32{1, -2, 3, -4})
			}
			if step > 1 {
				accumulate16(t, a, []*Gradients[float32]{g})
				accumulate16(t, b, []*Gradients[float32]{h})
			}
			if ra, rb := mustStepGradients(t, a, g), mustStepGradients(t, b, h); !sameReports(ra, rb) || !slices.Equal(a.bits(), b.bits()) {
				t.Fatalf("%s, step %d: report %+v, with float32 %+v", name, step, ra, rb)
			}
		}
		a.Close()
		b.Close()
	}
}

// TestBFloat16Allocations: no step with gradients of bfloat16 allocates, after the first
// with as many batches.
func TestBFloat16Allocations(t *testing.T) {
	lengths := []int{17000, 3, 64}
	for name, opts := range options16 {
		rng := rand.New(rand.NewPCG(75, 76))
		o := mustNew(t, NewAdam(0.1), named(random[float32](rng, lengths...)), opts...)
		g, h := pairOf(rng, true, lengths...)
		k, _ := pairOf(rng, false, lengths...)
		steps := func() {
			mustStepGradients(t, o, g)
			mustStepGradients(t, o, k, h, g)
			accumulate16(t, o, []*Gradients[float32]{k})
			mustStepGradients(t, o)
		}
		steps()
		if n := testing.AllocsPerRun(2, steps); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
		o.Close()
	}
}
