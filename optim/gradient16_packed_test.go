package optim

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// TestBFloat16GradientsPacked: parameters and state in any format get from gradients of bfloat16
// the bits that they get from the same gradients as float32, whether fused kernels take
// either, one of them or none. What is accumulated is float32.
func TestBFloat16GradientsPacked(t *testing.T) {
	names := slices.Sorted(maps.Keys(options16))
	for i, rule := range some(kinds) {
		for j, c := range packedCases() {
			if !c.suits(rule) {
				continue
			}
			for k, name := range names {
				if (i+j+k)%len(names) > 0 && i > 0 {
					continue // every rule meets every format, and the first one all options beside
				}
				rng := rand.New(rand.NewPCG(77, 78))
				lengths := []int{3, 2100}
				if i == j { // some in several blocks
					lengths[1] = 17000
				}
				values := random[float32](rng, lengths...)
				a := mustNew(t, rule, c.params(values), c.options(options16[name]...)...)
				b := mustNew(t, rule, c.params(values), c.options(options16[name]...)...)
				for step := range 4 {
					g, h := pairOf(rng, step%2 > 0, lengths...)
					g2, h2 := pairOf(rng, false, lengths...)
					some, same := []*Gradients[float32]{g, g2}, []*Gradients[float32]{h, h2}
					switch step { // one batch, then the other, both, and both with one accumulated
					case 0:
						some, same = some[:1], same[:1]
					case 1:
						some, same = some[1:], same[1:]
					case 3:
						accumulate16(t, a, some[:1])
						accumulate16(t, b, same[:1])
						some, same = some[1:], same[1:]
					}
					ra, rb := mustStepGradients(t, a, some...), mustStepGradients(t, b, same...)
					if !sameReports(ra, rb) || !slices.Equal(a.bits(), b.bits()) {
						t.Fatalf("%s, %v, %s: step %d gives %+v and other bits than float32, with %+v", rule.Name(), c, name, step, ra, rb)
					}
				}
				a.Close()
				b.Close()
			}
		}
	}
}

// TestBFloat16NewGradients: parameters of bfloat16 get gradients of bfloat16, which a gradient
// of float32 may replace.
func TestBFloat16NewGradients(t *testing.T) {
	w, rest := []kernels.BFloat16{0x3f80, 0x4000}, []int16{0, 0}
	o := mustNew(t, SGD{LR: 0.5}, []Param[float32]{{Name: "w", BF16: w, Rest: rest}, {Name: "b", Value: []float32{3}}})
	g := o.NewGradients()
	if got := fmt.Sprint(g.Dense, g.BF16, g.Rows); got != "[[] [0]] [[0 0] []] []" {
		t.Fatalf("new gradients are %s", got)
	}
	g.BF16[0][1] = kernels.ToBFloat16(2)
	mustStepGradients(t, o, g)
	if w[0] != 0x3f80 || w[1] != 0x3f80 {
		t.Errorf("parameter %x, want 1 and 1", w)
	}
	g.Dense[0], g.BF16 = []float32{0, 0x1p-20}, nil
	mustStepGradients(t, o, g)
	if w[1] != 0x3f80 || rest[1] != -8 {
		t.Errorf("parameter %x with the rest %d, want 1 and -8", w, rest)
	}
	g.Reset()
	g.BF16 = [][]kernels.BFloat16{{1, 1}, nil}
	if g.Reset(); g.BF16[0][1] != 0 {
		t.Error("Reset leaves a gradient")
	}

	// Neither half of a parameter is a place for a gradient, nor what stands beside one.
	for _, bad := range [][]kernels.BFloat16{w, unsafe.Slice((*kernels.BFloat16)(unsafe.Pointer(&rest[0])), 2)} {
		_, err := o.StepGradients(&Gradients[float32]{Dense: [][]float32{nil, {1}}, BF16: [][]kernels.BFloat16{bad, nil}})
		wantError(t, err, `"w"`, "overlaps")
	}
	if _, err := o.Step([][]float32{{1, 1}, {1}}); err != nil {
		t.Error(err)
	}
}
