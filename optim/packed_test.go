package optim

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// A packedCase is a way to keep parameters and state.
type packedCase struct {
	values valueKind
	state  Format
}

func (c packedCase) String() string {
	return fmt.Sprintf("%s values, state of %v", [...]string{"native", "rounded", "split"}[c.values], c.state)
}

// packedCases are all ways that have something packed.
func packedCases() (cases []packedCase) {
	for values := valuesNative; values <= valuesSplit; values++ {
		for state := Native; state <= Int8; state++ {
			if values != valuesNative || state != Native {
				cases = append(cases, packedCase{values, state})
			}
		}
	}
	return cases
}

// params returns parameters that begin at given values, to the nearest bfloat16.
func (c packedCase) params(xs [][]float32, shapes ...[]int) []Param[float32] {
	params := named(clones(xs))
	for i := range params {
		p := &params[i]
		if len(shapes) > 0 && shapes[i] != nil {
			p.Shape, p.Sparse = shapes[i], true
		}
		if c.values == valuesNative {
			continue
		}
		p.BF16, p.Value = make([]kernels.BFloat16, len(p.Value)), nil
		kernels.RoundBF16(p.BF16, xs[i])
		if c.values == valuesSplit && i%2 == 0 { // of others the optimizer has them
			p.Rest = make([]int16, len(p.BF16))
		}
	}
	return params
}

func (c packedCase) options(more ...Option) []Option {
	opts := append([]Option{WithStateFormat(c.state), WithRoundingSeed(77)}, more...)
	if c.values == valuesSplit {
		opts = append(opts, WithSplitParams())
	}
	return opts
}

// suits reports whether the rule has the state's format.
func (c packedCase) suits(rule Rule) bool {
	if u, err := newUpdater[float32](rule); err != nil {
		return false
	} else if _, ok := u.(Measurer[float32]); ok {
		return false
	} else if _, ok := u.(Evaluator[float32]); ok {
		return false
	}
	s, ok := rule.(Signer)
	return c.state != Int8 || ok && s.Signed() != nil
}

// nativeOf returns a snapshot of the same numbers as float32.
func nativeOf(s *Snapshot[float32], signed []bool) *Snapshot[float32] {
	n := *s
	n.RoundingSeed = 0
	n.Params = slices.Clone(s.Params)
	for i := range n.Params {
		p := &n.Params[i]
		if p.BF16 != nil {
			p.Value = make([]float32, len(p.BF16))
			for k, v := range p.BF16 {
				p.Value[k] = v.Float32()
			}
			if p.Rest != nil {
				kernels.JoinBF16(p.Value, p.BF16, p.Rest)
			}
			p.BF16, p.Rest = nil, nil
		}
		p.State = slices.Clone(p.State)
		for j := range p.State {
			x := &p.State[j]
			switch n := x.Len(); x.Format {
			case BFloat16:
				x.Value = make([]float32, n)
				kernels.WidenBF16(x.Value, x.BF16)
			case Int8:
				x.Value = make([]float32, n)
				if signed[j] {
					kernels.DequantizeSigned(x.Value, x.Int8)
				} else {
					kernels.DequantizeUnsigned(x.Value, x.Int8)
				}
			}
			*x = StateSnapshot[float32]{Name: x.Name, Value: x.Value}
		}
	}
	return &n
}

// packedOf is the inverse of nativeOf for the snapshot of a step: in blocks of 16384 elements
// it rounds by the random bits of the step. like says what is in which format.
func packedOf(s, like *Snapshot[float32], signed []bool) *Snapshot[float32] {
	n := *s
	n.RoundingSeed = like.RoundingSeed
	n.Params = slices.Clone(s.Params)
	for i := range n.Params {
		p, want := &n.Params[i], &like.Params[i]
		if p.Frozen {
			*p = *want
			continue
		}
		each := func(x []float32, pair uint64, f func(part []float32, lo int, r kernels.Rounding)) {
			for lo := 0; lo < len(x); lo += 16384 {
				f(x[lo:min(len(x), lo+16384)], lo, kernels.NewRounding(77^pair<<32, p.Steps, i, lo/16384))
			}
		}
		if want.BF16 != nil {
			p.BF16 = make([]kernels.BFloat16, len(p.Value))
			if want.Rest != nil {
				p.Rest = make([]int16, len(p.Value))
				kernels.SplitBF16(p.BF16, p.Rest, p.Value)
			} else {
				each(p.Value, 0, func(x []float32, lo int, r kernels.Rounding) {
					kernels.RoundBF16Stochastic(p.BF16[lo:lo+len(x)], x, r.Middle())
				})
			}
			p.Value = nil
		}
		p.State = slices.Clone(p.State)
		for j := range p.State {
			x := &p.State[j]
			if x.Format = want.State[j].Format; x.Format == Native {
				continue
			}
			x.BF16, x.Int8 = make([]kernels.BFloat16, len(x.Value)), kernels.NewVector8(len(x.Value))
			each(x.Value, uint64(j/2), func(part []float32, lo int, r kernels.Rounding) {
				if r = r.High(); j%2 == 1 {
					r = r.Low()
				}
				to := x.Int8.Slice(lo, lo+len(part))
				switch {
				case x.Format == BFloat16:
					kernels.RoundBF16Stochastic(x.BF16[lo:lo+len(part)], part, r)
				case signed[j]:
					kernels.QuantizeSigned(to, part, r)
				default:
					kernels.QuantizeUnsigned(to, part, r)
				}
			})
			if x.Value = nil; x.Format == Int8 {
				x.BF16, x.Signed = nil, signed[j]
			} else {
				x.Int8 = kernels.Vector8{}
			}
		}
	}
	return &n
}

// TestPackedSteps: a step in any format is that of an optimizer of float32 that begins at the
// decoded numbers, encoded by the random bits of the place; with options that change gradients
// and constrain parameters, and for tables.
func TestPackedSteps(t *testing.T) {
	options := map[string][]Option{
		"plain":      {ClipNorm(1)},
		"clipped":    {ClipValue(0.5), WithReduction(ReduceSum)},
		"constrains": {WithGroup(anyName, L1(0.01), Bounds(-0.5, 1))},
	}
	for _, c := range packedCases() {
		for _, rule := range some(variants) {
			if !c.suits(rule) {
				continue
			}
			for name, opts := range options {
				if _, no := rule.(L1Checker); no && name == "constrains" {
					continue
				}
				lengths := []int{300, 1500, 5}
				if name == "plain" {
					lengths[1] = 16384 + 700 // two blocks
				}
				rng := rand.New(rand.NewPCG(5, uint64(len(name))))
				o := mustNew(t, rule, c.params(random[float32](rng, lengths...)), c.options(opts...)...)
				native := mustNew(t, rule, named(random[float32](rng, lengths...)), opts...)
				steps := 3
				if name == "plain" && rule.Name() == "RAdam" {
					steps = 7 // its first ones are others
				}
				comparePackedSteps(t, fmt.Sprintf("%v %+v, %v", rule.Name(), rule, c), o, native, steps, func(step int) *Gradients[float32] {
					g := &Gradients[float32]{Dense: random[float32](rng, lengths...)}
					if step%3 > 0 { // bfloat16, those of some parameters or of all
						g.BF16 = make([][]kernels.BFloat16, len(lengths))
						for i := step%3 - 1; i < len(lengths); i++ {
							g.BF16[i] = make([]kernels.BFloat16, lengths[i])
							kernels.RoundBF16(g.BF16[i], g.Dense[i])
							g.Dense[i] = nil
						}
					}
					return g
				})
			}
		}
		if c.state == Int8 {
			continue
		}
		for _, rule := range some(rowRules) {
			rng := rand.New(rand.NewPCG(6, 6))
			shape := []int{700, 33} // a row lies in two blocks
			start := random[float32](rng, 700*33, 9)
			opts := []Option{ClipValue(0.7), WithGroup(func(name string) bool { return name == "p1" }, GroupRule(SGD{LR: 0.1}))}
			o := mustNew(t, rule, c.params(start, shape, nil), c.options(opts...)...)
			native := mustNew(t, rule, packedCase{}.params(start, shape, nil), opts...)
			comparePackedSteps(t, fmt.Sprintf("rows, %v, %v", rule.Name(), c), o, native, 3, func(int) *Gradients[float32] {
				g := o.NewGradients()
				rows := []int{3, 496, 497, 699, 496, rng.IntN(700)}
				copy(g.Rows[0].Add(rows...), random[float32](rng, len(rows)*33)[0])
				if g.Dense[1] == nil {
					g.BF16[1], g.Dense[1] = nil, make([]float32, 9)
				}
				copy(g.Dense[1], random[float32](rng, 9)[0])
				return g
			})
		}
	}
}

func comparePackedSteps(t *testing.T, what string, o, native *Optimizer[float32], steps int, batch func(step int) *Gradients[float32]) {
	t.Helper()
	var signed []bool
	if s, ok := o.rule.(Signer); ok {
		signed = s.Signed()
	}
	for step := range steps {
		freezes := []func(...string) error{o.Thaw, o.Freeze} // so that the first parameter falls a step behind
		if err := freezes[step%2]("p0"); err != nil {
			t.Fatal(err)
		}
		before := mustSnapshot(t, o)
		if err := native.Restore(nativeOf(before, signed)); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		g := batch(step)
		for _, opt := range []*Optimizer[float32]{o, native} {
			if r, err := opt.StepGradients(g); err != nil || r.Skipped {
				t.Fatalf("%s: %+v, %v", what, r, err)
			}
		}
		got, want := mustSnapshot(t, o), packedOf(mustSnapshot(t, native), before, signed)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s: step %d differs from that of float32, encoded", what, got.Steps)
		}
	}
}
