package optim

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// A plainAdafactor is the rule written again: in float64, one matrix after the other, or a
// vector as torch has it.
type plainAdafactor struct {
	Adafactor
	p                []float64
	shape            []int
	row, col, square []float64
	t                float64
}

func newPlainAdafactor(r Adafactor, p []float64, shape []int) *plainAdafactor {
	n := r.StateLens(shape)
	return &plainAdafactor{r, p, shape, make([]float64, n[0]), make([]float64, n[1]), make([]float64, n[2]), 0}
}

func rms(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v * v)
	}
	return math.Sqrt(sum / float64(len(x)))
}

func lerp(to *float64, x, w float64) { *to = float64((1-w)**to) + float64(w*x) }

func (o *plainAdafactor) step(grad []float64, eps1 float64) {
	o.t++
	w := math.Pow(o.t, o.Beta2Decay)
	alpha := max(o.Eps2, rms(o.p)) * min(o.LR, 1/math.Sqrt(o.t))
	u := make([]float64, len(grad))
	if o.Eps1 != 0 {
		eps1 = o.Eps1
	}
	divided := func(i int, v float64) { u[i] = ascend(grad[i], o.Maximize) / math.Sqrt(max(v, eps1*eps1)) }
	if len(o.shape) == 1 {
		for i, g := range grad {
			lerp(&o.square[i], float64(g*g), w)
			divided(i, o.square[i])
		}
	} else {
		k := len(o.shape) - 2
		rows, columns := o.shape[k], o.shape[k+1]
		for m := range len(grad) / (rows * columns) {
			g, row, col := grad[m*rows*columns:], o.row[m*rows:][:rows], o.col[m*columns:][:columns]
			mean := 0.0
			for i := range row {
				lerp(&row[i], math.Pow(rms(g[i*columns:][:columns]), 2), w)
				mean += row[i] / float64(rows)
			}
			for j := range col {
				var column []float64
				for i := range row {
					column = append(column, g[i*columns+j])
				}
				lerp(&col[j], math.Pow(rms(column), 2), w)
			}
			for i := range row {
				for j := range col {
					divided(m*rows*columns+i*columns+j, float64(row[i]*col[j])/max(mean, eps1))
				}
			}
		}
	}
	by := alpha / max(1, rms(u)/o.D)
	for i := range o.p {
		o.p[i] = float64(o.p[i]*(1-float64(o.LR*o.WeightDecay))) - float64(by*u[i])
	}
}

var adafactors = []Adafactor{
	NewAdafactor(0.01),
	{LR: 0.5, Beta2Decay: -0.6, Eps1: 1e-3, Eps2: 0.1, D: 2, WeightDecay: 0.1, Maximize: true},
	{LR: 0.5, D: 1},
}

// TestAdafactor compares with the formula.
func TestAdafactor(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testAdafactor[float32](t, 0x1p-23, 3e-6) })
	t.Run("float64", func(t *testing.T) { testAdafactor[float64](t, 0x1p-52, 1e-13) })
}

func testAdafactor[T kernels.Float](t *testing.T, eps, tol float64) {
	for _, rule := range adafactors {
		for _, shape := range [][]int{{17}, {1}, {6, 2}, {2, 6}, {33, 50}, {3, 4, 5}, {2, 2, 1, 7}} {
			n := 1
			for _, d := range shape {
				n *= d
			}
			rng := rand.New(rand.NewPCG(73, 74))
			p := random[T](rng, n)[0]
			o := newPlainAdafactor(rule, to[float64](p), shape)
			opt := mustNew(t, rule, []Param[T]{{Name: "w", Value: p, Shape: shape}}, WithLossScale(8))
			for step := range 6 {
				g := random[T](rng, n)[0]
				if step == 3 {
					kernels.Scal(1e-6, g) // below some of Eps1
				}
				scaled := make([]T, n)
				kernels.Axpy(8, g, scaled)
				mustStep(t, opt, [][]T{scaled})
				o.step(to[float64](g), eps)
				follows(t, p, o.p, tol, "%+v, %v, step %d", rule, shape, step)
			}
		}
	}
}

// TestAdafactorExtremes: gradients from next to nothing to the largest there are make
// steps of ordinary length, and dead rows and columns none.
func TestAdafactorExtremes(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testAdafactorExtremes[float32](t, -149, 127) })
	t.Run("float64", func(t *testing.T) { testAdafactorExtremes[float64](t, -1074, 1023) })
}

func testAdafactorExtremes[T kernels.Float](t *testing.T, least, largest int) {
	for _, shape := range [][]int{{12}, {4, 3}} {
		for e := least; e <= largest; e += 23 {
			p := make([]T, 12)
			for i := range p {
				p[i] = 1
			}
			g := make([]T, 12)
			for i := range g {
				g[i] = T(math.Ldexp(float64(i%3), e-1)) // every third is dead, a column of the matrix
			}
			opt := mustNew(t, NewAdafactor(0.125), []Param[T]{{Name: "w", Value: p, Shape: shape}})
			for range 3 {
				mustStep(t, opt, [][]T{g})
			}
			for i, v := range p {
				moved := 1 - float64(v)
				if !(moved >= 0 && moved < 0.9) || i%3 == 0 && moved != 0 {
					t.Fatalf("%v, gradients of 2^%d: element %d goes %v", shape, e, i, moved)
				}
				if e > -10 && i%3 == 2 && !(moved > 0.05) {
					t.Fatalf("%v, gradients of 2^%d: element %d goes only %v", shape, e, i, moved)
				}
			}
		}
	}
}
