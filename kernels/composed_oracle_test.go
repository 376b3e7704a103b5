package kernels_test

import (
	"math"
	"math/big"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// composed describes the public functions that are made of several kernels as if
// they were kernels of their own.
func composed[T kernels.Float]() []kerneltest.Op[T] {
	dense := []kerneltest.Param{{Name: "x", Kind: kerneltest.In}}
	strided := []kerneltest.Param{{Name: "n", Kind: kerneltest.Count}, {Name: "x", Kind: kerneltest.In}, {Name: "incX", Kind: kerneltest.Inc}}
	random := []kerneltest.Param{{Name: "dst", Kind: kerneltest.Out}, {Name: "words", Kind: kerneltest.Words}}
	return []kerneltest.Op[T]{
		{Name: "Nrm2", Family: "reduce", Params: dense},
		{Name: "SumSquaresExp", Family: "reduce", Params: dense},
		{Name: "Nrm2Inc", Family: "strided", Params: strided},
		{Name: "Iamax", Family: "reduce", Params: dense},
		{Name: "IamaxInc", Family: "strided", Params: strided},
		{Name: "AddBias", Family: "activation", Params: []kerneltest.Param{
			{Name: "y", Kind: kerneltest.InOutMatrix}, {Name: "rows", Kind: kerneltest.RowCount},
			{Name: "stride", Kind: kerneltest.RowStride}, {Name: "bias", Kind: kerneltest.In}}},
		gemm[T](),
		{Name: "XavierUniform", Family: "random", Params: random},
		{Name: "XavierNormal", Family: "random", Params: random},
		{Name: "HeUniform", Family: "random", Params: random},
		{Name: "HeNormal", Family: "random", Params: random},
	}
}

// composedOracles returns their oracles.
func composedOracles[T kernels.Float]() map[string]oracle[T] {
	nrm2 := func(c *call[T]) { c.returns(norm(c.vector("x"))...) }
	iamax := func(c *call[T]) {
		c.returns(exact[float64]{float64(firstLargest(c.vector("x")))})
	}
	return map[string]oracle[T]{
		"Nrm2": {nrm2, func(c *call[T]) { c.got = float64(kernels.Nrm2(c.v("x"))) }},
		"SumSquaresExp": {nrm2, func(c *call[T]) {
			sum, exp := kernels.SumSquaresExp(c.v("x"))
			c.got = float64(T(math.Ldexp(math.Sqrt(sum), exp)))
		}},
		"Nrm2Inc": {nrm2, func(c *call[T]) { c.got = float64(kernels.Nrm2Inc(c.n("n"), c.v("x"), c.n("incX"))) }},
		"Iamax":   {iamax, func(c *call[T]) { c.got = float64(kernels.Iamax(c.v("x"))) }},
		"AddBias": {
			func(c *call[T]) {
				y, bias := c.vector("y"), c.vector("bias")
				for r := range c.n("rows") {
					for j := range bias.n {
						at := r*c.n("stride") + j
						sum := add(bias.at(j), y.at(at))
						if sum < 0 {
							sum = 0
						}
						y.become(at, sum)
					}
				}
			},
			func(c *call[T]) {
				kernels.AddBias(c.v("y"), c.n("rows"), c.n("stride"), c.v("bias"), kernels.ReLU[T])
			},
		},
		"IamaxInc": {iamax, func(c *call[T]) { c.got = float64(kernels.IamaxInc(c.n("n"), c.v("x"), c.n("incX"))) }},
	}
}

// norm expects what the documentation of Nrm2 says: NaN before infinity before the
// norm itself, which is infinite only if it is beyond the largest T; and where the
// squares need no scaling, the bits of the root of SumSquares.
func norm[T kernels.Float](x vector[T]) []expectation {
	if most := largest(x, true); most-most != 0 {
		return []expectation{exact[T]{T(most)}}
	}
	norm := exactNorm(x.n, x.at)
	if most := new(big.Float).SetFloat64(float64(greatest[T]())); norm.value.Cmp(most) > 0 {
		return []expectation{exact[T]{nearest[T](norm.value)}}
	}
	want := []expectation{norm}
	squares := inOrder(x.n, blockOf[T](), func(i int) float64 { return float64(float64(x.at(i)) * float64(x.at(i))) })
	if squares > 0x1p-800 && squares <= math.MaxFloat64 {
		want = append(want, exact[T]{T(math.Sqrt(squares))})
	}
	return want
}

// firstLargest is what the documentation of Iamax says, word by word.
func firstLargest[T kernels.Float](x vector[T]) int {
	index := -1
	for i := range x.n {
		if i == 0 || math.Abs(float64(x.at(i))) > math.Abs(float64(x.at(index))) {
			index = i
		}
	}
	return index
}
