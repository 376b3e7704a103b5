package kernels_test

import (
	"fmt"

	"github.com/seed63264101/steepest/kernels"
)

// Steps of an eighth of a last place: rounded to nearest each is lost, stochastically none is,
// on average.
func ExampleRoundBF16Stochastic() {
	const n, steps = 1000, 80
	nearest, stochastic := make([]kernels.BFloat16, n), make([]kernels.BFloat16, n)
	x := make([]float32, n)
	for i := range x {
		nearest[i], stochastic[i] = kernels.ToBFloat16(1), kernels.ToBFloat16(1)
	}
	add := func(dst []kernels.BFloat16, round func()) {
		kernels.WidenBF16(x, dst)
		for i := range x {
			x[i] += 0x1p-10
		}
		round()
	}
	for t := 1; t <= steps; t++ {
		add(nearest, func() { kernels.RoundBF16(nearest, x) })
		add(stochastic, func() { kernels.RoundBF16Stochastic(stochastic, x, kernels.NewRounding(1, t, 0, 0)) })
	}
	mean := func(of []kernels.BFloat16) float32 {
		kernels.WidenBF16(x, of)
		return kernels.Sum(x) / n
	}
	fmt.Printf("nearest %.3f, stochastic %.3f, exact %.3f\n", mean(nearest), mean(stochastic), 1+steps*0x1p-10)
	// Output: nearest 1.000, stochastic 1.078, exact 1.078
}

// The two halves are the parameter itself; the upper one alone is its nearest bfloat16.
func ExampleSplitBF16() {
	x := []float32{0.1, -3.14159, 1e-30}
	hi, rest, back := make([]kernels.BFloat16, 3), make([]int16, 3), make([]float32, 3)
	kernels.SplitBF16(hi, rest, x)
	kernels.JoinBF16(back, hi, rest)
	fmt.Println(hi[0].Float32(), hi[1].Float32(), hi[2].Float32())
	fmt.Println(back)
	// Output:
	// 0.100097656 -3.140625 9.984021e-31
	// [0.1 -3.14159 1e-30]
}

// Second moments lie many powers of two apart, and each keeps its first digits.
func ExampleQuantizeUnsigned() {
	x := []float32{1, 0.3, 1e-3, 1e-6, 1e-9, 0}
	v := kernels.NewVector8(len(x))
	kernels.QuantizeUnsigned(v, x, kernels.NewRounding(1, 1, 0, 0))
	fmt.Println(v.Codes, v.Exponents)
	kernels.DequantizeUnsigned(x, v)
	fmt.Printf("%.2g\n", x)
	// Output:
	// [248 233 168 89 8 0] [127]
	// [1 0.28 0.00098 1.1e-06 9.3e-10 0]
}

// Adam with two bytes of state for an element, and one for each block of 256 and each moment,
// where float32 has eight.
func ExampleAdamState8() {
	const n = 1024
	p, g := make([]float32, n), make([]float32, n)
	m, v := kernels.NewVector8(n), kernels.NewVector8(n)
	options := kernels.AdamOptions{LR: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
	for t := 1; t <= 300; t++ {
		for i := range g {
			g[i] = p[i] - 1 // the gradient of half the square of the distance to 1
		}
		kernels.AdamState8(p, g, m, v, kernels.AdamCoefs[float32](options, t, 1), kernels.NewRounding(1, t, 0, 0))
	}
	bytes := len(m.Codes) + len(m.Exponents) + len(v.Codes) + len(v.Exponents)
	fmt.Printf("%.2f, with %d bytes of state in place of %d\n", kernels.Sum(p)/n, bytes, 2*4*n)
	// Output: 1.00, with 2056 bytes of state in place of 8192
}
