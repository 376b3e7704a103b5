package surface

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
)

var logisticClasses = &Kind{
	Name:    "logistic",
	Title:   "Two classes apart",
	About:   "Logistic regression with a weight for each of two inputs, u_i and v_i, of different scale, for classes t_i of -1 and 1. Its penalty keeps the weights finite where a line separates the classes.",
	Formula: "mean(log(1 + exp(-t_i*(x*u_i + y*v_i)))) + Penalty/2*(x^2 + y^2)",
	Dim:     2,
	Options: []Option{
		{Name: "Samples", Default: 60, Min: 2, Max: 1000, Integer: true, About: "number of points, half of each class"},
		{Name: "Separation", Default: 2, Min: 0, Max: 6, About: "between the classes' means, in standard deviations"},
		{Name: "Scale", Default: 2, Min: 0.1, Max: 10, About: "of the second input"},
		{Name: "Penalty", Default: 0.01, Min: 0.001, Max: 1, About: "of the weights' squares"},
		{Name: "Seed", Default: 1, Max: 1e6, Integer: true, About: "of the points"},
	},
	Start:     Point{-2, 3},
	Box:       Box{-3, 5, -4, 4},
	functions: []string{"logistic", "logisticData", "expMinus", "logOf"},
	build: func(v []float64) *Problem {
		penalty := v[3]
		x, y, class := logisticData[float64](int(v[0]), v[1], v[2], uint64(v[4]))
		x32, y32, class32 := narrow(x), narrow(y), narrow(class)
		fisher := func(p Point) (h Hessian) {
			for i := range x {
				e := expMinus(math.Abs(float64(p.X*x[i]) + float64(p.Y*y[i])))
				weight := e / ((1 + e) * (1 + e)) / float64(len(x)) // of probabilities 1/(1+e) and e/(1+e)
				h.XX += float64(weight * x[i] * x[i])
				h.XY += float64(weight * x[i] * y[i])
				h.YY += float64(weight * y[i] * y[i])
			}
			return h
		}
		p := &Problem{
			Samples: len(x),
			Setup:   fmt.Sprintf("x, y, class := logisticData[T](%v, %s, %s, %v)", v[0], number(v[1]), number(v[2]), v[4]),
			Call:    "logistic(x, y, class, " + number(penalty) + ", samples, p, g)",
			eval32: func(samples []int, p, g []float32) float32 {
				return logistic(x32, y32, class32, float32(penalty), samples, p, g)
			},
			eval64: func(samples []int, p, g []float64) float64 {
				return logistic(x, y, class, penalty, samples, p, g)
			},
			hessian: func(p Point) Hessian {
				h := fisher(p)
				h.XX += penalty
				h.YY += penalty
				return h
			},
			fisher: fisher,
		}
		p.Minima = []Point{p.newtonMinimum()}
		return p
	},
}

// logistic is the mean logistic loss at some samples, or at all if they are nil, of the weights
// p for classes of -1 and 1, and half the penalty times the weights' squares.
func logistic[T kernels.Float](x, y, class []T, penalty T, samples []int, p, g []T) T {
	n := len(x)
	if samples != nil {
		n = len(samples)
	}
	var loss float64
	product := 1.0 // of 1 + exp(-|m|), up to 2^n
	var gx, gy T
	for k := range n {
		i := k
		if samples != nil {
			i = samples[k]
		}
		// log(1 + exp(m)) = max(m, 0) + log(1 + exp(-|m|))
		m := float64(-class[i] * (T(p[0]*x[i]) + T(p[1]*y[i])))
		e := expMinus(math.Abs(m))
		if m > 0 {
			loss += m
		}
		product *= 1 + e
		if g != nil {
			slope := 1 / (1 + e)
			if m < 0 {
				slope = e / (1 + e)
			}
			s := -class[i] * T(slope)
			gx += T(s * x[i])
			gy += T(s * y[i])
		}
	}
	loss += logOf(product)
	if g != nil {
		g[0] = gx/T(n) + T(penalty*p[0])
		g[1] = gy/T(n) + T(penalty*p[1])
	}
	return T(loss/float64(n)) + T(penalty/2*(T(p[0]*p[0])+T(p[1]*p[1])))
}

// logisticData draws points of two classes in turn, whose means are apart by the separation in
// the direction 0.8, 0.6, and then scales y.
func logisticData[T kernels.Float](samples int, separation, scale float64, seed uint64) (x, y, class []T) {
	u, w := make([]float64, samples), make([]float64, samples)
	kernels.Normal(u, 0, 1, kernels.Philox{Seed: seed, Stream: 1})
	kernels.Normal(w, 0, 1, kernels.Philox{Seed: seed, Stream: 2})
	x, y, class = make([]T, samples), make([]T, samples), make([]T, samples)
	for i := range u {
		t := float64(i%2*2 - 1)
		x[i] = T(u[i] + float64(0.8*t*separation/2))
		y[i] = T((w[i] + float64(0.6*t*separation/2)) * scale)
		class[i] = T(t)
	}
	return x, y, class
}
