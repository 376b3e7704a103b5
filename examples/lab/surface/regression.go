package surface

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
)

var regressionLine = &Kind{
	Name:    "regression",
	Title:   "A line through points",
	About:   "Least squares for a slope x and an intercept y. Inputs u_i that are not around 0 tie the two together, in a narrow valley; normalizing the inputs makes it round.",
	Formula: "mean((x*u_i + y - t_i)^2)/2",
	Dim:     2,
	Options: []Option{
		{Name: "Samples", Default: 60, Min: 2, Max: 1000, Integer: true, About: "number of points"},
		{Name: "Noise", Default: 0.5, Min: 0, Max: 10, About: "standard deviation of the targets around the line"},
		{Name: "Offset", Default: 2, Min: -5, Max: 5, About: "mean of the inputs, whose standard deviation is 1"},
		{Name: "Normalize", Default: 0, Max: 1, Words: []string{"no", "yes"}, About: "inputs to mean 0 and standard deviation 1"},
		{Name: "Seed", Default: 1, Max: 1e6, Integer: true, About: "of the points"},
	},
	Start:     Point{-3, 4},
	Box:       Box{-5, 7, -6, 8},
	functions: []string{"regression", "regressionData", "normalize"},
	build: func(v []float64) *Problem {
		x, y := regressionData[float64](int(v[0]), v[1], v[2], v[3] == 1, uint64(v[4]))
		x32, y32 := narrow(x), narrow(y)
		var sx, sy, sxx, sxy float64
		for i, xi := range x {
			sx += xi
			sy += y[i]
			sxx += float64(xi * xi)
			sxy += float64(xi * y[i])
		}
		n := float64(len(x))
		h := Hessian{sxx / n, sx / n, 1}
		constant := func(Point) Hessian { return h }
		return &Problem{
			Samples: len(x),
			Minima:  []Point{h.solve(sxy/n, sy/n)},
			Setup:   fmt.Sprintf("x, y := regressionData[T](%v, %s, %s, %v, %v)", v[0], number(v[1]), number(v[2]), v[3] == 1, v[4]),
			Call:    "regression(x, y, samples, p, g)",
			eval32:  func(samples []int, p, g []float32) float32 { return regression(x32, y32, samples, p, g) },
			eval64:  func(samples []int, p, g []float64) float64 { return regression(x, y, samples, p, g) },
			hessian: constant,
			fisher:  constant, // of targets with noise of variance 1
		}
	},
}

// regression is half the mean squared error of the line p[0]*x + p[1] at some samples, or at
// all if they are nil.
func regression[T kernels.Float](x, y []T, samples []int, p, g []T) T {
	n := len(x)
	if samples != nil {
		n = len(samples)
	}
	var loss, slope, intercept T
	for k := range n {
		i := k
		if samples != nil {
			i = samples[k]
		}
		r := T(p[0]*x[i]) + p[1] - y[i]
		loss += T(r * r)
		slope += T(r * x[i])
		intercept += r
	}
	if g != nil {
		g[0], g[1] = slope/T(n), intercept/T(n)
	}
	return loss / T(2*n)
}

// regressionData draws inputs around an offset, and targets around the line of slope 1 that is
// 1 above it.
func regressionData[T kernels.Float](samples int, noise, offset float64, normalized bool, seed uint64) (x, y []T) {
	u, t := make([]float64, samples), make([]float64, samples)
	kernels.Normal(u, 0, 1, kernels.Philox{Seed: seed, Stream: 1})
	kernels.Normal(t, 0, 1, kernels.Philox{Seed: seed, Stream: 2})
	for i := range u {
		t[i] = u[i] + 1 + float64(noise*t[i])
		u[i] += offset
	}
	if normalized {
		normalize(u)
	}
	x, y = make([]T, samples), make([]T, samples)
	for i := range u {
		x[i], y[i] = T(u[i]), T(t[i])
	}
	return x, y
}

// normalize makes the mean 0 and the standard deviation 1.
func normalize[T kernels.Float](x []T) {
	var sum, squares T
	for _, v := range x {
		sum += v
	}
	mean := sum / T(len(x))
	for _, v := range x {
		squares += T((v - mean) * (v - mean))
	}
	std := T(math.Sqrt(float64(squares / T(len(x)))))
	for i, v := range x {
		x[i] = (v - mean) / std
	}
}
