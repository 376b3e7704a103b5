package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// A trainer takes Adam's steps with moments in a format.
type trainer interface {
	step(p, g []float32, c kernels.AdamCoef[float32], r kernels.Rounding)
	second() []float32 // moments
}

// The formats, in float32, 16 and 8 bits.
type (
	train32 struct{ m, v []float32 }
	train16 struct{ m, v []kernels.BFloat16 }
	train8  struct{ m, v kernels.Vector8 }
)

func newTrain32(n int) trainer { return &train32{make([]float32, n), make([]float32, n)} }
func newTrain16(n int) trainer {
	return &train16{make([]kernels.BFloat16, n), make([]kernels.BFloat16, n)}
}
func newTrain8(n int) trainer { return &train8{kernels.NewVector8(n), kernels.NewVector8(n)} }

func (s *train32) step(p, g []float32, c kernels.AdamCoef[float32], _ kernels.Rounding) {
	kernels.Adam(p, g, s.m, s.v, c)
}
func (s *train16) step(p, g []float32, c kernels.AdamCoef[float32], r kernels.Rounding) {
	kernels.AdamState16(p, g, s.m, s.v, c, r)
}
func (s *train8) step(p, g []float32, c kernels.AdamCoef[float32], r kernels.Rounding) {
	kernels.AdamState8(p, g, s.m, s.v, c, r)
}

func (s *train32) second() []float32 { return s.v }
func (s *train16) second() []float32 {
	x := make([]float32, len(s.v))
	kernels.WidenBF16(x, s.v)
	return x
}
func (s *train8) second() []float32 {
	x := make([]float32, s.v.Len())
	kernels.DequantizeUnsigned(x, s.v)
	return x
}

// nearest is a trainer of float32 whose moments are rounded after each step, as a control does
// that draws no random bits.
type nearestTrainer struct {
	train32
	round func(m, v []float32)
}

func (s *nearestTrainer) step(p, g []float32, c kernels.AdamCoef[float32], r kernels.Rounding) {
	s.train32.step(p, g, c, r)
	s.round(s.m, s.v)
}

func newNearest16(n int) trainer {
	half := make([]kernels.BFloat16, n)
	return &nearestTrainer{*newTrain32(n).(*train32), func(m, v []float32) {
		for _, x := range [][]float32{m, v} {
			kernels.RoundBF16(half, x)
			kernels.WidenBF16(x, half)
		}
	}}
}

// newNearest8 has the codes of 8 bits, and the nearest of them.
func newNearest8(n int) trainer {
	return &nearestTrainer{*newTrain32(n).(*train32), func(m, v []float32) {
		for signed, x := range map[bool][]float32{true: m, false: v} {
			for lo := 0; lo < len(x); lo += kernels.BlockLen8 {
				block := x[lo:min(len(x), lo+kernels.BlockLen8)]
				e := exponent8(block, signed)
				for i, number := range block {
					block[i] = value8(code8(number, e, signed, 0.5), e, signed)
				}
			}
		}
	}}
}

// fewer returns a number, of steps or elements, under -short a part of it.
func fewer(n, part int) int {
	if testing.Short() {
		return n / part
	}
	return n
}

var trainOptions = kernels.AdamOptions{LR: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}

// trained returns where p, from 0, is after so many steps with the gradients that grad writes.
func trained(s trainer, n, steps int, grad func(t int, r *rand.Rand, g []float32)) []float32 {
	p, g := make([]float32, n), make([]float32, n)
	r := rand.New(rand.NewPCG(91, 92))
	for t := 1; t <= steps; t++ {
		grad(t, r, g)
		s.step(p, g, kernels.AdamCoefs[float32](trainOptions, t, 1), kernels.NewRounding(7, t, 0, 0))
	}
	return p
}

// mean returns the mean of the elements.
func mean(x []float32) float64 { return float64(kernels.Sum(x)) / float64(len(x)) }

// TestSecondMomentDecays: without gradients the mean of v over 4,096 elements is beta2^t of
// what it was, within 2 %, until a fortieth is left. Rounded to nearest it stays.
func TestSecondMomentDecays(t *testing.T) {
	n, o, tolerance := 4096, trainOptions, 0.02
	if testing.Short() {
		n, o.Beta2, tolerance = 1024, 0.997, 0.05
	}
	for name, s := range map[string]trainer{"16": newTrain16(n), "8": newTrain8(n), "nearest 16": newNearest16(256), "nearest 8": newNearest8(256)} {
		_, control := s.(*nearestTrainer)
		p, g := make([]float32, len(s.second())), make([]float32, len(s.second()))
		for i := range g {
			g[i] = 1 + float32(i)/float32(len(g))
		}
		step := func(t int) { s.step(p, g, kernels.AdamCoefs[float32](o, t, 1), kernels.NewRounding(7, t, 0, 0)) }
		step(1)
		start, left, worst := mean(s.second()), 1.0, 0.0
		clear(g)
		for at := 2; left > 1./40; at++ {
			step(at)
			if left *= o.Beta2; at%100 == 0 {
				worst = max(worst, math.Abs(mean(s.second())/float64(start*left)-1))
			}
		}
		share := mean(s.second()) / start
		t.Logf("%s bits: a share of %.4f is left, at most off by %.2f %%", name, share, 100*worst)
		switch {
		case control && share < 0.45:
			t.Errorf("%s: a share of %.3f is left: this is to fail", name, share)
		case !control && worst > tolerance:
			t.Errorf("%s bits: v is off by %.1f %%", name, 100*worst)
		}
	}
}

// TestSmallUpdatesArrive: steps of 0.45 of a bfloat16 parameter's last place take it where
// float32 goes. Rounded to nearest it stays where it is.
func TestSmallUpdatesArrive(t *testing.T) {
	const n, start = 4096, 1.5
	steps := fewer(200, 4)
	o := trainOptions
	o.LR = 0.45 * 0x1p-7
	p, g, m, v := make([]kernels.BFloat16, n), make([]kernels.BFloat16, n), make([]kernels.BFloat16, n), make([]kernels.BFloat16, n)
	p32, x, control := make([]float32, n), newTrain32(n), newTrain32(n)
	nearest, g32, back := make([]float32, n), make([]float32, n), make([]float32, n)
	half := make([]kernels.BFloat16, n)
	for i := range p {
		p[i], g[i] = kernels.ToBFloat16(start), kernels.ToBFloat16(1)
		p32[i], nearest[i], g32[i] = start, start, 1
	}
	for at := 1; at <= steps; at++ {
		c := kernels.AdamCoefs[float32](o, at, 1)
		kernels.AdamBF16State16(p, g, m, v, c, kernels.NewRounding(7, at, 0, 0))
		x.step(p32, g32, c, kernels.Rounding{})
		control.step(nearest, g32, c, kernels.Rounding{})
		kernels.RoundBF16(half, nearest)
		kernels.WidenBF16(nearest, half)
	}
	kernels.WidenBF16(back, p)
	want := start - mean(p32)
	got := start - mean(back)
	t.Logf("float32 moves by %.4f, bfloat16 by %.4f", want, got)
	if math.Abs(got/want-1) > 0.01 {
		t.Errorf("bfloat16 moves by %.4f, float32 by %.4f", got, want)
	}
	if off := start - mean(nearest); off != 0 {
		t.Errorf("rounded to nearest it moves by %v: this is to fail", off)
	}
}

// TestSeldomTouched: elements that have a gradient once in 100 steps go as far as in float32.
// Rounded to nearest, v only grows, and they do not.
func TestSeldomTouched(t *testing.T) {
	n := fewer(1024, 4)
	steps := fewer(4000, 3)
	grad := func(at int, _ *rand.Rand, g []float32) {
		for i := range g {
			g[i] = 0
			if (at+i)%100 == 0 {
				g[i] = 1 + float32(i%7)/4
			}
		}
	}
	for name, s := range map[string]trainer{"16": newTrain16(n), "8": newTrain8(n), "nearest 16": newNearest16(100), "nearest 8": newNearest8(100)} {
		n := len(s.second())
		ratio := mean(trained(s, n, steps, grad)) / mean(trained(newTrain32(n), n, steps, grad))
		t.Logf("%s bits: %.4f of float32's way", name, ratio)
		if _, control := s.(*nearestTrainer); control != (math.Abs(ratio-1) > 0.03) {
			t.Errorf("%s bits: %.3f of float32's way", name, ratio)
		}
	}
}

// TestOutlier: one element of each block has gradients 10^4 or 10^6 times those of the others,
// always or once. The others' way is float32's, but for 8 bits at 10^6: that is more than
// 2^15, and a second moment is stored as no less than 2^-31 of the block's greatest, so that
// they take shorter steps. Rounded to nearest, 8 bits lose their way at 10^4.
func TestOutlier(t *testing.T) {
	n := fewer(1024, 4)
	steps := fewer(1000, 4)
	for _, outlier := range []float32{1e4, 1e6} {
		for _, always := range []bool{true, false} {
			grad := func(at int, r *rand.Rand, g []float32) {
				for i := range g {
					g[i] = 1 + 0.5*float32(r.NormFloat64())
					if i%kernels.BlockLen8 == 0 && (always || at == 50) {
						g[i] *= outlier
					}
				}
			}
			others := func(p []float32) float64 {
				sum := 0.0
				for i, x := range p {
					if i%kernels.BlockLen8 > 0 {
						sum += float64(x)
					}
				}
				return sum
			}
			want := others(trained(newTrain32(n), n, steps, grad))
			for name, s := range map[string]trainer{"16": newTrain16(n), "8": newTrain8(n), "nearest 8": newNearest8(n)} {
				ratio := others(trained(s, n, steps, grad)) / want
				t.Logf("outlier %g, always %v, %s bits: %.4f of float32's way", outlier, always, name, ratio)
				least, most := 0.95, 1.05
				if name == "8" && outlier == 1e6 {
					least = 0.5
					if always {
						least = 0.04
					}
				}
				if _, control := s.(*nearestTrainer); control && outlier == 1e6 {
					continue
				} else if control != (ratio < least || ratio > most) {
					t.Errorf("outlier %g, always %v, %s bits: %.4f of float32's way", outlier, always, name, ratio)
				}
			}
		}
	}
}

// TestGreatestStep: with gradients that differ by five powers of ten in a block, and one in 50
// of which is 30 times as large, no step is above 8 learning rates. With a code book, small
// second moments become 0 where first ones do not, and steps are hundreds of them. Gradients
// that grow by beta2/beta1 at each step make the longest ones of float32, 7.3, of which 8 bits
// make up to half as much again.
func TestGreatestStep(t *testing.T) {
	n := fewer(1024, 4)
	steps := fewer(1000, 3)
	scales, ramp := make([]float32, kernels.BlockLen8), make([]float32, 100)
	for i := range scales {
		scales[i] = float32(math.Pow(10, -5*float64(i)/kernels.BlockLen8))
	}
	for i := range ramp {
		ramp[i] = float32(math.Pow(trainOptions.Beta2/trainOptions.Beta1, float64(i-len(ramp)+1)))
	}
	greatest := func(s trainer, factor func(at, i int, r *rand.Rand) float32) float64 {
		p, g := make([]float32, n), make([]float32, n)
		r := rand.New(rand.NewPCG(95, 96))
		most := 0.0
		for at := range steps {
			clear(p)
			for i := range g {
				g[i] = scales[i%kernels.BlockLen8] * factor(at, i, r)
			}
			const late = 10_000 // steps, so that nothing corrects moments that begin at 0
			s.step(p, g, kernels.AdamCoefs[float32](trainOptions, late, 1), kernels.NewRounding(7, at, 0, 0))
			most = max(most, float64(kernels.Amax(p))/trainOptions.LR)
		}
		return most
	}
	for name, create := range map[string]func(int) trainer{"32": newTrain32, "16": newTrain16, "8": newTrain8, "code book": newCodeBookTrainer} {
		noise := greatest(create(n), func(_, _ int, r *rand.Rand) float32 {
			if r.IntN(50) == 0 {
				return 30 * float32(r.NormFloat64())
			}
			return float32(r.NormFloat64())
		})
		growing := greatest(create(n), func(at, i int, _ *rand.Rand) float32 { return ramp[(at+i)%len(ramp)] })
		t.Logf("%s bits: the greatest step is %.2f learning rates, with growing gradients %.2f", name, noise, growing)
		if name == "code book" {
			if noise < 100 {
				t.Errorf("the code book's greatest step is %.1f learning rates: this is to fail", noise)
			}
		} else if noise > 8 || growing > 7.3*1.5 {
			t.Errorf("%s bits: a step of %.1f learning rates, with growing gradients %.1f", name, noise, growing)
		}
	}
}
