package optim

import (
	"math"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/internal/portable"
)

// Adafactor is Adam's division by the root of a second moment, of which it keeps the means
// of a matrix's rows and columns alone (N. Shazeer and M. Stern, Adafactor: adaptive
// learning rates with sublinear memory cost, ICML 2018), as torch.optim.Adafactor. For a
// matrix with the gradient g, in the t-th step,
//
//	w = t^Beta2Decay
//	α = min(LR, 1/sqrt(t)) * max(Eps2, RMS(p))
//	p -= LR * WeightDecay * p
//	r = (1-w)*r + w*(mean of the squares of g's rows)
//	c = (1-w)*c + w*(mean of the squares of g's columns)
//	v = r*cᵀ / max(Eps1, mean(r))
//	u = g / sqrt(max(Eps1², v))
//	p -= α / max(1, RMS(u)/D) * u
//
// where RMS is the root of the mean square. A vector keeps the whole v, of its own squares.
// Means of rows and columns below 2^-95 (float32) or 2^-959 (float64) are stored as 0, beside
// which Eps1 limits the division. A parameter of more than two dimensions is as many matrices,
// of its last two, with one α and one RMS.
//
// LR, Eps2 and WeightDecay must be finite and not negative, Beta2Decay finite and not
// positive, and D at least 1. Eps1 is 0 for the epsilon of the element type, 2^-23 or
// 2^-52, or a number > 0 whose square is normal. [New] says so otherwise. [NewAdafactor]
// fills in the usual values.
type Adafactor struct {
	LR          float64 // limit of the learning rate, relative to the parameter
	Beta2Decay  float64 // power of t by which the averages take in what is new
	Eps1        float64 // keeps the division away from 0; 0 for the type's epsilon
	Eps2        float64 // least size of a parameter that its steps go by
	D           float64 // size above which steps are scaled down
	WeightDecay float64 // decoupled weight decay
	Maximize    bool    // ascend instead of descend
}

// NewAdafactor returns Adafactor with torch's defaults: beta2_decay -0.8, the type's
// epsilon and 1e-3, d 1, and no weight decay. torch's learning rate is 0.01.
func NewAdafactor(lr float64) Adafactor {
	return Adafactor{LR: lr, Beta2Decay: -0.8, Eps2: 1e-3, D: 1}
}

// Name returns "Adafactor".
func (r Adafactor) Name() string { return "Adafactor" }

// State returns the names of the rows' and columns' second moments, "row_var" and
// "col_var", and of a vector's, "variance". A parameter has either two or one; the others
// have no elements.
func (r Adafactor) State() []string { return []string{"row_var", "col_var", "variance"} }

// StateLens returns the numbers of rows and columns, or the length of a vector.
func (r Adafactor) StateLens(shape []int) []int {
	if len(shape) < 2 {
		n := 0
		for _, d := range shape {
			n = d
		}
		return []int{0, 0, n}
	}
	matrices, rows, columns := matricesOf(shape)
	return []int{matrices * rows, matrices * columns, 0}
}

// matricesOf returns how many matrices a parameter is, and their size.
func matricesOf(shape []int) (matrices, rows, columns int) {
	k := len(shape) - 2
	matrices = 1
	for _, d := range shape[:k] {
		matrices *= d
	}
	return matrices, shape[k], shape[k+1]
}

// LearningRate returns LR.
func (r Adafactor) LearningRate() float64 { return r.LR }

// Decay returns WeightDecay.
func (r Adafactor) Decay() float64 { return r.WeightDecay }

// WithDecay returns the rule with another weight decay.
func (r Adafactor) WithDecay(w float64) Rule {
	r.WeightDecay = w
	return r
}

// Float32 returns an updater, or an error for an option out of its domain.
func (r Adafactor) Float32() (Updater[float32], error) {
	return valid(r, &adafactor[float32]{rule: r})
}

// Float64 is Float32 for float64.
func (r Adafactor) Float64() (Updater[float64], error) {
	return valid(r, &adafactor[float64]{rule: r})
}

func (r Adafactor) options() []domain.Number {
	eps1 := domain.Where("0 or a finite number > 0 with a normal square", func(v float64, round func(float64) float64) bool {
		square := round(v * v)
		return v == 0 || v > 0 && !math.IsInf(square, 0) && round(square*0x1p-23)*0x1p23 == square && square > 0
	})
	return []domain.Number{
		domain.Of("LR", r.LR, domain.NonNegative),
		domain.Of("Beta2Decay", r.Beta2Decay, domain.Where("a finite number <= 0", func(v float64, _ func(float64) float64) bool {
			return v <= 0 && !math.IsInf(v, 0)
		})),
		domain.Of("Eps1", r.Eps1, eps1),
		domain.Of("Eps2", r.Eps2, domain.NonNegative),
		domain.Of("D", r.D, domain.Where("a finite number >= 1", func(v float64, round func(float64) float64) bool {
			return v >= 1 && !math.IsInf(round(v), 0)
		})),
		domain.Of("WeightDecay", r.WeightDecay, domain.NonNegative),
	}
}

type adafactor[T kernels.Float] struct {
	rule   Adafactor
	step   StepInfo
	weight float64 // of what is new in the averages
	rate   float64 // relative to the parameter
	eps1   T
}

func (u *adafactor[T]) Prepare(s StepInfo) {
	t := float64(s.Step)
	u.step = s
	u.weight = 1 / portable.Power(t, -u.rule.Beta2Decay)
	u.rate = min(s.LR, 1/math.Sqrt(t))
	if u.eps1 = T(u.rule.Eps1); u.eps1 == 0 {
		u.eps1 = epsilon[T]()
	}
}

// epsilon returns the distance of 1 from the next number.
func epsilon[T kernels.Float]() T {
	if is32[T]() {
		return 0x1p-23
	}
	return 0x1p-52
}

// Update is for vectors.
func (u *adafactor[T]) Update(p, g []T, state [][]T) {
	u.UpdateWhole(Param[T]{Value: p, Shape: []int{len(p)}}, g, state, make([]T, len(p)+1))
}

// Scratch is for squares and then directions, and for a number of each row and column.
func (u *adafactor[T]) Scratch(shape []int) int {
	if len(shape) < 2 {
		return shape[0] + 1
	}
	matrices, rows, columns := matricesOf(shape)
	return matrices*rows*columns + rows + columns
}

func (u *adafactor[T]) UpdateWhole(p Param[T], g []T, state [][]T, scratch []T) {
	n := len(p.Value)
	size := sumSquares(p.Value).mean(n, 1)
	dir, sums := scratch[:n], scratch[n:]
	shift := u.squares(dir, g)
	if len(p.Shape) < 2 {
		u.vector(dir, g, state[2], sums[:1], shift)
	} else {
		matrices, rows, columns := matricesOf(p.Shape)
		for i := range matrices {
			from, to := i*rows*columns, (i+1)*rows*columns
			u.matrix(dir[from:to], g[from:to], state[0][i*rows:][:rows], state[1][i*columns:][:columns], sums, shift)
		}
	}
	// The gradient's scale is left out of the direction.
	alpha := u.rate * max(u.rule.Eps2, math.Sqrt(size))
	length := math.Sqrt(sumSquares(dir).mean(n, u.step.Scale))
	if u.rule.WeightDecay != 0 {
		kernels.Scal(T(1-float64(u.step.LR*u.rule.WeightDecay)), p.Value)
	}
	by := alpha / max(1, length/u.rule.D) * u.step.signed(u.rule.Maximize)
	kernels.Axpy(-generic.Bounded[T](by), dir, p.Value)
}

// squares stores the squares of the gradients times a power of two that makes them at most
// 1, less those too small to count, and returns the power's exponent. No square overflows
// or is subnormal, but for a few next to those.
func (u *adafactor[T]) squares(dst, g []T) (shift int) {
	largest := float64(kernels.Amax(g))
	if largest > 0 && !math.IsInf(largest, 1) {
		_, shift = math.Frexp(largest)
	}
	least := T(0x1p-500)
	if unsafe.Sizeof(least) == 4 {
		least = T(0x1p-60)
	}
	copy(dst, g)
	for rest := shift; rest != 0; { // in factors that are normal
		part := max(-100, min(rest, 100))
		kernels.Scal(T(math.Ldexp(1, -part)), dst)
		rest -= part
	}
	kernels.SoftThreshold(dst, dst, least)
	kernels.Mul(dst, dst, dst)
	return shift
}

// matrix takes the averages of a matrix's rows and columns from its squares, and stores the
// direction in their place.
func (u *adafactor[T]) matrix(dir, g, row, column, sums []T, shift int) {
	rows, columns := len(row), len(column)
	r, c := sums[:rows], sums[rows:][:columns]
	kernels.RowSums(r, dir, columns, columns)
	kernels.SumRows(c, dir, rows, columns)
	u.average(row, r, columns, shift)
	u.average(column, c, rows, shift)
	var mean float64
	for _, v := range row {
		mean += float64(v) / float64(rows)
	}
	mean = max(mean, float64(u.eps1))
	for i, v := range row {
		r[i] = T(float64(v) / mean)
	}
	kernels.AdafactorDirection(dir, columns, g, columns, r, column, u.least())
}

// average lets averages take in the means of sums of n squares.
func (u *adafactor[T]) average(v, sums []T, n, shift int) {
	factor := wide{u.step.Scale, shift}.times(wide{u.step.Scale, shift}).over(wide{frac: float64(n)})
	for i, sum := range sums {
		mean := factor.times(wide{frac: float64(sum)}).value()
		next := float64((1-u.weight)*float64(v[i])) + float64(u.weight*min(mean, math.MaxFloat64))
		if v[i] = generic.Bounded[T](next); v[i] < generic.Tiny[T]() {
			v[i] = 0
		}
	}
}

// vector is matrix for a vector, whose average is its square.
func (u *adafactor[T]) vector(dir, g, v, one []T, shift int) {
	factor := wide{u.step.Scale, shift}.times(wide{u.step.Scale, shift}).times(wide{frac: u.weight})
	kernels.Axpby(generic.Bounded[T](factor.value()), dir, T(1-u.weight), v)
	kernels.Clamp(v, v, generic.Floor[T](), generic.Bounded[T](math.Inf(1)))
	one[0] = 1
	kernels.AdafactorDirection(dir, len(g), g, len(g), one, v, u.least())
}

// least returns the least second moment that divides. Like the moments it is of gradients that
// are multiplied by Scale, while those that it divides are not yet.
func (u *adafactor[T]) least() T { return u.eps1 * u.eps1 }
