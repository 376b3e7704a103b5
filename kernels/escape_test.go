package kernels_test

import (
	"maps"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// stackCalls calls every public function with arrays that live on its caller's
// stack. Calls must be spelled out: one through a function value would itself
// move the arrays to the heap.
func stackCalls[T kernels.Float]() map[string]func() {
	return map[string]func(){
		"Axpy":          func() { var x, y [40]T; kernels.Axpy(2, x[:], y[:]) },
		"Axpby":         func() { var x, y [40]T; kernels.Axpby(2, x[:], 3, y[:]) },
		"Scal":          func() { var x [40]T; kernels.Scal(2, x[:]) },
		"Add":           func() { var x, y, z [40]T; kernels.Add(x[:], y[:], z[:]) },
		"Mul":           func() { var x, y, z [40]T; kernels.Mul(x[:], y[:], z[:]) },
		"Sub":           func() { var x, y, z [40]T; kernels.Sub(x[:], y[:], z[:]) },
		"Div":           func() { var x, y, z [40]T; kernels.Div(x[:], y[:], z[:]) },
		"Sqrt":          func() { var x, y [40]T; kernels.Sqrt(x[:], y[:]) },
		"Lerp":          func() { var x, y [40]T; kernels.Lerp(2, x[:], y[:]) },
		"Clamp":         func() { var x, y [40]T; kernels.Clamp(x[:], y[:], 0, 1) },
		"SoftThreshold": func() { var x, y [40]T; kernels.SoftThreshold(x[:], y[:], 0.5) },
		"Dot":           func() { var x, y [40]T; kernels.Dot(x[:], y[:]) },
		"Sum":           func() { var x [40]T; kernels.Sum(x[:]) },
		"Asum":          func() { var x [40]T; kernels.Asum(x[:]) },
		"SumSquares":    func() { var x [40]T; kernels.SumSquares(x[:]) },
		"Nrm2":          func() { var x [40]T; x[3] = least[T](); kernels.Nrm2(x[:]) },
		"Amax":          func() { var x [40]T; kernels.Amax(x[:]) },
		"Iamax":         func() { var x [40]T; kernels.Iamax(x[:]) },
		"Swap":          func() { var x, y [40]T; kernels.Swap(x[:], y[:]) },
		"Rot":           func() { var x, y [40]T; kernels.Rot(x[:], y[:], 0.6, 0.8) },
		"Rotm":          func() { var x, y [40]T; kernels.Rotm(x[:], y[:], 1, 2, 3, 4) },
		"Dsdot":         func() { var x, y [40]T; kernels.Dsdot(x[:], y[:]) },

		"SumSquaresExp": func() { var x [40]T; x[3] = least[T](); kernels.SumSquaresExp(x[:]) },

		"CopyInc":  func() { var x, y [40]T; kernels.CopyInc(10, x[:], 2, y[:], -3) },
		"SwapInc":  func() { var x, y [40]T; kernels.SwapInc(10, x[:], 2, y[:], -3) },
		"AxpyInc":  func() { var x, y [40]T; kernels.AxpyInc(10, 2, x[:], 2, y[:], -3) },
		"ScalInc":  func() { var x [40]T; kernels.ScalInc(10, 2, x[:], 4) },
		"RotInc":   func() { var x, y [40]T; kernels.RotInc(10, x[:], 2, y[:], -3, 0.6, 0.8) },
		"RotmInc":  func() { var x, y [40]T; kernels.RotmInc(10, x[:], 2, y[:], -3, 1, 2, 3, 4) },
		"DotInc":   func() { var x, y [40]T; kernels.DotInc(10, x[:], 2, y[:], -3) },
		"DsdotInc": func() { var x, y [40]T; kernels.DsdotInc(10, x[:], 2, y[:], -3) },
		"AsumInc":  func() { var x [40]T; kernels.AsumInc(10, x[:], 4) },
		"Nrm2Inc":  func() { var x [40]T; x[4] = least[T](); kernels.Nrm2Inc(10, x[:], 4) },
		"IamaxInc": func() { var x [40]T; kernels.IamaxInc(10, x[:], -4) },

		"Gemv":  func() { var a [40]T; var x [10]T; var y [4]T; kernels.Gemv(2, a[:], 10, x[:], 0, y[:]) },
		"GemvT": func() { var a [40]T; var x [4]T; var y [10]T; kernels.GemvT(2, a[:], 10, x[:], 3, y[:]) },
		"Ger":   func() { var a [40]T; var x [4]T; var y [10]T; kernels.Ger(2, x[:], y[:], a[:], 10) },
		// Vectors are packed into a buffer, which must not escape either, be it the
		// small one or the large one.
		"GemvInc": func() {
			var a, x [400]T
			var y [40]T
			kernels.GemvInc(4, 10, 2, a[:], 10, x[:], 2, 0, y[:], -3)
			kernels.GemvInc(4, 100, 2, a[:], 100, x[:], -2, 0.5, y[:], 3)
		},
		"GemvTInc": func() {
			var a, y [400]T
			var x [40]T
			kernels.GemvTInc(4, 10, 2, a[:], 10, x[:], 2, 0, y[:], -3)
			kernels.GemvTInc(4, 100, 2, a[:], 100, x[:], -2, 0.5, y[:], 3)
		},
		"GerInc": func() {
			var a, y [400]T
			var x [40]T
			kernels.GerInc(4, 10, 2, x[:], 2, y[:], -3, a[:], 10)
			kernels.GerInc(4, 100, 2, x[:], -2, y[:], 3, a[:], 100)
		},

		"Exp":          func() { var x, y [40]T; kernels.Exp(y[:], x[:]) },
		"Exp2":         func() { var x, y [40]T; kernels.Exp2(y[:], x[:]) },
		"Expm1":        func() { var x, y [40]T; kernels.Expm1(y[:], x[:]) },
		"Log":          func() { var x, y [40]T; kernels.Log(y[:], x[:]) },
		"Log1p":        func() { var x, y [40]T; kernels.Log1p(y[:], x[:]) },
		"Tanh":         func() { var x, y [40]T; kernels.Tanh(y[:], x[:]) },
		"Sigmoid":      func() { var x, y [40]T; kernels.Sigmoid(y[:], x[:]) },
		"Erf":          func() { var x, y [40]T; kernels.Erf(y[:], x[:]) },
		"Softplus":     func() { var x, y [40]T; kernels.Softplus(y[:], x[:]) },
		"SiLU":         func() { var x, y [40]T; kernels.SiLU(y[:], x[:]) },
		"GELU":         func() { var x, y [40]T; kernels.GELU(y[:], x[:]) },
		"GELUTanh":     func() { var x, y [40]T; kernels.GELUTanh(y[:], x[:]) },
		"ReLU":         func() { var x, y [40]T; kernels.ReLU(y[:], x[:]) },
		"LeakyReLU":    func() { var x, y [40]T; kernels.LeakyReLU(y[:], x[:], 0.1) },
		"ReLUGrad":     func() { var x, y, z [40]T; kernels.ReLUGrad(z[:], y[:], x[:]) },
		"SigmoidGrad":  func() { var x, y, z [40]T; kernels.SigmoidGrad(z[:], y[:], x[:]) },
		"TanhGrad":     func() { var x, y, z [40]T; kernels.TanhGrad(z[:], y[:], x[:]) },
		"SoftplusGrad": func() { var x, y, z [40]T; kernels.SoftplusGrad(z[:], y[:], x[:]) },
		"SiLUGrad":     func() { var x, y, z [40]T; kernels.SiLUGrad(z[:], y[:], x[:]) },
		"GELUGrad":     func() { var x, y, z [40]T; kernels.GELUGrad(z[:], y[:], x[:]) },
		"GELUTanhGrad": func() { var x, y, z [40]T; kernels.GELUTanhGrad(z[:], y[:], x[:]) },
		"SquaredError": func() { var x, y, z [40]T; kernels.SquaredError(z[:], nil, x[:], y[:], 1) },
		"Huber":        func() { var x, y, z [99]T; kernels.Huber(z[:], nil, x[:], y[:], 1, 1) },
		"Hinge":        func() { var x, y, z [40]T; kernels.Hinge(nil, z[:], x[:], y[:], 1) },
		"BinaryCrossEntropy": func() {
			var x, y, z, l [40]T
			kernels.BinaryCrossEntropy(z[:], l[:], x[:], y[:], 1, 1)
		},
		"LeakyReLUGrad": func() { var x, y, z [40]T; kernels.LeakyReLUGrad(z[:], y[:], x[:], 0.1) },
		"Uniform":       func() { var x [90]T; kernels.Uniform(x[:], 0, 1, kernels.Philox{Index: 3}) },
		"Bernoulli":     func() { var x [90]T; kernels.Bernoulli(x[:], 0.5, kernels.Philox{Index: 3}) },
		"Dropout":       func() { var x, y [90]T; kernels.Dropout(x[:], y[:], 0.5, kernels.Philox{Index: 3}) },
		"Normal":        func() { var x [90]T; kernels.Normal(x[:], 0, 1, kernels.Philox{Index: 3}) },
		"XavierUniform": func() { var x [90]T; kernels.XavierUniform(x[:], 9, 10, 1, kernels.Philox{Index: 3}) },
		"XavierNormal":  func() { var x [90]T; kernels.XavierNormal(x[:], 9, 10, 1, kernels.Philox{Index: 3}) },
		"HeUniform":     func() { var x [90]T; kernels.HeUniform(x[:], 9, 1, kernels.Philox{Index: 3}) },
		"HeNormal":      func() { var x [90]T; kernels.HeNormal(x[:], 9, 1, kernels.Philox{Index: 3}) },
		"TruncatedNormal": func() {
			var x [90]T
			kernels.TruncatedNormal(x[:], 0, 1, -2, 2, kernels.Philox{Index: 3})
		},
		"AddBias": func() {
			var y [400]T
			var bias [20]T
			kernels.AddBias(y[:], 20, 20, bias[:], kernels.ReLU[T])
			kernels.AddBias(y[:], 3, 100, bias[:], nil)
		},
		"Gemm": func() {
			var a, b, c [400]T
			kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 20, 20, 20, 2, a[:], 20, b[:], 20, 0, c[:], 20)
			kernels.Gemm(kernels.Trans, kernels.Trans, 3, 100, 4, 2, a[:], 3, b[:], 4, 0.5, c[:], 100)
		},
		"LinearGradient": func() {
			var x [600]T
			var grad, w [2]T
			var targets [300]T
			kernels.LinearGradient(grad[:], x[:], 2, w[:], 1, targets[:], kernels.LeastSquares, 1)
			kernels.LinearGradient(grad[:], x[:], 2, w[:], 1, targets[:], kernels.Logistic, 1)
		},
		"ColumnMoments":  func() { var a [400]T; var m, v [4]T; kernels.ColumnMoments(m[:], v[:], a[:], 4, 100) },
		"RowMoments":     func() { var a [400]T; var m, v [4]T; kernels.RowMoments(m[:], v[:], a[:], 100, 100) },
		"ReciprocalRoot": func() { var x, y [40]T; kernels.ReciprocalRoot(y[:], x[:], 1) },
		"StandardizeColumns": func() {
			var a, d [400]T
			var m, w [4]T
			kernels.StandardizeColumns(d[:], 4, a[:], 4, 100, m[:], w[:])
		},
		"UnstandardizeColumns": func() {
			var a, d [400]T
			var m, w [4]T
			kernels.UnstandardizeColumns(d[:], 4, a[:], 4, 100, m[:], w[:])
		},
		"BatchNorm": func() {
			var x, y [1200]T
			var gamma, beta, mean, rstd, runningMean, runningVariance [4]T
			running := kernels.RunningMoments[T]{Mean: runningMean[:], Variance: runningVariance[:], Momentum: 0.1}
			kernels.BatchNorm(y[:], 4, x[:], 4, 300, gamma[:], beta[:], mean[:], rstd[:], 1, &running)
		},
		"BatchNormApply": func() {
			var x, y [1200]T
			var gamma, beta, mean, variance [4]T
			kernels.BatchNormApply(y[:], 4, x[:], 4, 300, gamma[:], beta[:], mean[:], variance[:], 1)
		},
		"BatchNormGrad": func() {
			var x, dx, dy [1200]T
			var gamma, dgamma, dbeta, mean, rstd [4]T
			kernels.BatchNormGrad(dx[:], 4, dgamma[:], dbeta[:], dy[:], 4, x[:], 4, 300, gamma[:], mean[:], rstd[:])
		},
		"LayerNorm": func() {
			var x, y [1200]T
			var gamma, beta [4]T
			var mean, rstd [300]T
			kernels.LayerNorm(y[:], 4, x[:], 4, gamma[:], beta[:], mean[:], rstd[:], 1)
		},
		"LayerNormGrad": func() {
			var x, dx, dy [1200]T
			var gamma, dgamma, dbeta [4]T
			var mean, rstd [300]T
			kernels.LayerNormGrad(dx[:], 4, dgamma[:], dbeta[:], dy[:], 4, x[:], 4, gamma[:], mean[:], rstd[:])
		},
		"RMSNorm": func() {
			var x, y [1200]T
			var gamma [4]T
			var rstd [300]T
			kernels.RMSNorm(y[:], 4, x[:], 4, gamma[:], rstd[:], 1)
		},
		"RMSNormGrad": func() {
			var x, dx, dy [1200]T
			var gamma, dgamma [4]T
			var rstd [300]T
			kernels.RMSNormGrad(dx[:], 4, dgamma[:], dy[:], 4, x[:], 4, gamma[:], rstd[:])
		},
		"Symm": func() {
			var a, b, c [1600]T
			kernels.Symm(kernels.Left, kernels.Lower, 40, 40, 2, a[:], 40, b[:], 40, 0, c[:], 40)
			kernels.Symm(kernels.Right, kernels.Upper, 3, 40, 2, a[:], 40, b[:], 40, 0.5, c[:], 40)
		},
		"Syrk": func() {
			var a, c [1600]T
			kernels.Syrk(kernels.Lower, kernels.NoTrans, 40, 40, 2, a[:], 40, 0, c[:], 40)
			kernels.Syrk(kernels.Upper, kernels.Trans, 3, 40, 2, a[:], 3, 0.5, c[:], 40)
			kernels.Syrk(kernels.Upper, kernels.Trans, 3, 0, 2, a[:], 3, 0.5, c[:], 40)
		},
		"Syr2k": func() {
			var a, b, c [1600]T
			kernels.Syr2k(kernels.Lower, kernels.NoTrans, 40, 40, 2, a[:], 40, b[:], 40, 0, c[:], 40)
			kernels.Syr2k(kernels.Upper, kernels.Trans, 3, 40, 2, a[:], 3, b[:], 3, 0.5, c[:], 40)
		},
		"Trmm": func() {
			var a, b [1600]T
			kernels.Trmm(kernels.Left, kernels.Lower, kernels.NoTrans, kernels.NonUnit, 40, 40, 2, a[:], 40, b[:], 40)
			kernels.Trmm(kernels.Right, kernels.Upper, kernels.Trans, kernels.Unit, 3, 40, 0, a[:], 40, b[:], 40)
		},
		"Trsm": func() {
			var a, b [1600]T
			kernels.Trsm(kernels.Left, kernels.Lower, kernels.NoTrans, kernels.NonUnit, 40, 40, 2, a[:], 40, b[:], 40)
			kernels.Trsm(kernels.Right, kernels.Upper, kernels.Trans, kernels.Unit, 3, 40, 2, a[:], 40, b[:], 40)
		},
		"Symv": func() { var a [400]T; var x, y [20]T; kernels.Symv(kernels.Lower, 2, a[:], 20, x[:], 3, y[:]) },
		"Syr":  func() { var a [400]T; var x [20]T; kernels.Syr(kernels.Lower, 2, x[:], a[:], 20) },
		"Syr2": func() { var a [400]T; var x, y [20]T; kernels.Syr2(kernels.Lower, 2, x[:], y[:], a[:], 20) },
		"Trmv": func() {
			var a [400]T
			var x [20]T
			kernels.Trmv(kernels.Lower, kernels.NoTrans, kernels.Unit, a[:], 20, x[:])
			kernels.Trmv(kernels.Lower, kernels.Trans, kernels.NonUnit, a[:], 20, x[:])
		},
		"Trsv": func() {
			var a [400]T
			var x [20]T
			kernels.Trsv(kernels.Lower, kernels.NoTrans, kernels.Unit, a[:], 20, x[:])
			kernels.Trsv(kernels.Lower, kernels.Trans, kernels.NonUnit, a[:], 20, x[:])
		},
		"LogSumExp": func() { var x [4]T; var a, d [40]T; kernels.LogSumExp(x[:], d[:], 10, a[:], 10, 10) },
		"CrossEntropy": func() {
			var a, d [40]T
			var w [10]T
			var l [4]T
			var labels [4]int
			o := kernels.CrossEntropyOptions[T]{Weights: w[:], Smoothing: 0.5, Losses: l[:]}
			kernels.CrossEntropy(d[:], 10, a[:], 10, 10, labels[:], &o)
			kernels.CrossEntropy(d[:], 11, a[:], 11, 7, labels[:3], nil)
		},
		"CrossEntropyWeight": func() {
			var w [10]T
			var labels [4]int
			kernels.CrossEntropyWeight(labels[:], 10, &kernels.CrossEntropyOptions[T]{Weights: w[:]})
		},
		"Gather":     func() { var d, a [40]T; r := [4]int{3, 1}; kernels.Gather(d[:], 10, a[:], 10, 10, r[:]) },
		"ScatterAdd": func() { var d, a [40]T; r := [4]int{3, 1}; kernels.ScatterAdd(d[:], 10, a[:], 10, 10, r[:]) },
		"EmbeddingBag": func() {
			var y, table [40]T
			var w [3]T
			rows, offsets := [3]int{3, 1, 3}, [4]int{0, 2, 2, 3}
			kernels.EmbeddingBag(y[:], 10, table[:], 10, 10, rows[:], offsets[:], w[:], kernels.BagSum)
			kernels.EmbeddingBag(y[:], 10, table[:], 10, 10, rows[:], offsets[:], nil, kernels.BagMean)
		},
		"EmbeddingBagGrad": func() {
			var d, dy, table [40]T
			var w, dw [3]T
			rows, offsets := [3]int{3, 1, 3}, [4]int{0, 2, 2, 3}
			kernels.EmbeddingBagGrad(d[:], 10, dw[:], dy[:], 10, table[:], 10, 10, rows[:], offsets[:], w[:], kernels.BagSum)
			kernels.EmbeddingBagGrad(d[:], 10, nil, dy[:], 10, nil, 10, 10, rows[:], offsets[:], nil, kernels.BagMean)
		},
		"RowSums":     func() { var x [4]T; var a [40]T; kernels.RowSums(x[:], a[:], 10, 10) },
		"RowDots":     func() { var x [4]T; var a, b [40]T; kernels.RowDots(x[:], a[:], 10, b[:], 10, 10) },
		"RowMax":      func() { var x [4]T; var a [40]T; kernels.RowMax(x[:], a[:], 10, 10) },
		"RowSubtract": func() { var x [4]T; var a, d [40]T; kernels.RowSubtract(d[:], 10, a[:], 10, 10, x[:]) },
		"RowScale":    func() { var x [4]T; var a, d [40]T; kernels.RowScale(d[:], 10, a[:], 10, 10, x[:]) },
		"AdafactorDirection": func() {
			var r [4]T
			var c [10]T
			var g, d [40]T
			kernels.AdafactorDirection(d[:], 10, g[:], 10, r[:], c[:], 1)
		},
		"SumRows":     func() { var x [10]T; var a [40]T; kernels.SumRows(x[:], a[:], 4, 10) },
		"SumRowsAdd":  func() { var x [10]T; var a [40]T; kernels.SumRowsAdd(x[:], a[:], 4, 10) },
		"MeanRows":    func() { var x [10]T; var a [40]T; kernels.MeanRows(x[:], a[:], 4, 10) },
		"MeanRowsAdd": func() { var x [10]T; var a [40]T; kernels.MeanRowsAdd(x[:], a[:], 4, 10) },

		// The list itself and its slices.
		"SumSlices":     func() { var x, a, b [40]T; l := [2][]T{a[:], b[:]}; kernels.SumSlices(x[:], l[:]) },
		"SumSlicesAdd":  func() { var x, a, b [40]T; l := [2][]T{a[:], b[:]}; kernels.SumSlicesAdd(x[:], l[:]) },
		"MeanSlices":    func() { var x, a, b [40]T; l := [2][]T{a[:], b[:]}; kernels.MeanSlices(x[:], l[:]) },
		"MeanSlicesAdd": func() { var x, a, b [40]T; l := [2][]T{a[:], b[:]}; kernels.MeanSlicesAdd(x[:], l[:]) },
		"SumSlicesTree": func() {
			var x, a, b, c [40]T
			l := [...][]T{a[:], b[:], c[:]}
			kernels.SumSlicesTree(x[:], l[:])
			long := [...][]T{x[:], a[:], b[:], c[:], a[:], b[:], c[:], a[:], b[:], c[:], a[:]}
			kernels.SumSlicesTree(x[:], long[:])
		},
		"MeanSlicesTree": func() {
			var x, a, b, c [40]T
			l := [...][]T{a[:], b[:], c[:]}
			kernels.MeanSlicesTree(x[:], l[:])
			long := [...][]T{x[:], a[:], b[:], c[:], a[:], b[:], c[:], a[:], b[:], c[:], a[:]}
			kernels.MeanSlicesTree(x[:], long[:])
		},

		"SGD":      func() { var p, g [40]T; kernels.SGD(p[:], g[:], kernels.SGDCoef[T]{}) },
		"Momentum": func() { var p, g, b [40]T; kernels.Momentum(p[:], g[:], b[:], kernels.MomentumCoef[T]{}) },
		"Nesterov": func() { var p, g, b [40]T; kernels.Nesterov(p[:], g[:], b[:], kernels.MomentumCoef[T]{}) },
		"Adam":     func() { var p, g, m, v [40]T; kernels.Adam(p[:], g[:], m[:], v[:], kernels.AdamCoef[T]{}) },
		"AMSGrad": func() {
			var a, b, c, d, e [40]T
			kernels.AMSGrad(a[:], b[:], c[:], d[:], e[:], kernels.AdamCoef[T]{})
		},
		"Adamax": func() {
			var a, b, c, d [40]T
			kernels.Adamax(a[:], b[:], c[:], d[:], kernels.AdamaxCoef[T]{})
		},
		"NAdam": func() {
			var a, b, c, d [40]T
			kernels.NAdam(a[:], b[:], c[:], d[:], kernels.NAdamCoef[T]{})
		},
		"AdamWarmup": func() {
			var a, b, c, d [40]T
			kernels.AdamWarmup(a[:], b[:], c[:], d[:], kernels.AdamCoef[T]{})
		},
		"AdaBelief": func() {
			var a, b, c, d [40]T
			kernels.AdaBelief(a[:], b[:], c[:], d[:], kernels.AdaBeliefCoef[T]{})
		},
		"Adagrad": func() {
			var a, b, c [40]T
			kernels.Adagrad(a[:], b[:], c[:], kernels.AdagradCoef[T]{})
		},
		"RMSprop": func() {
			var a, b, c [40]T
			kernels.RMSprop(a[:], b[:], c[:], kernels.RMSpropCoef[T]{})
		},
		"RMSpropMomentum": func() {
			var a, b, c, d [40]T
			kernels.RMSpropMomentum(a[:], b[:], c[:], d[:], kernels.RMSpropCoef[T]{})
		},
		"RMSpropCentered": func() {
			var a, b, c, d [40]T
			kernels.RMSpropCentered(a[:], b[:], c[:], d[:], kernels.RMSpropCoef[T]{})
		},
		"RMSpropCenteredMomentum": func() {
			var a, b, c, d, e [40]T
			kernels.RMSpropCenteredMomentum(a[:], b[:], c[:], d[:], e[:], kernels.RMSpropCoef[T]{})
		},
		"Adadelta": func() {
			var a, b, c, d [40]T
			kernels.Adadelta(a[:], b[:], c[:], d[:], kernels.AdadeltaCoef[T]{})
		},
		"Lion": func() {
			var a, b, c [40]T
			kernels.Lion(a[:], b[:], c[:], kernels.LionCoef[T]{})
		},
		"FTRL": func() {
			var a, b, c, d [40]T
			kernels.FTRL(a[:], b[:], c[:], d[:], kernels.FTRLCoef[T]{})
		},
		"ProdigyMoments": func() {
			var a, b, c, d [40]T
			kernels.ProdigyMoments(a[:], b[:], c[:], d[:], kernels.ProdigyMomentsCoef[T]{})
		},
		"ProdigyStep": func() { var a, b, c [40]T; kernels.ProdigyStep(a[:], b[:], c[:], kernels.ProdigyCoef[T]{}) },
		"LAMBDirection": func() {
			var a, b, c, d, e [40]T
			kernels.LAMBDirection(a[:], b[:], c[:], d[:], e[:], kernels.LAMBCoef[T]{})
		},
		"ScheduleFree": func() {
			var a, b, c, d [40]T
			kernels.ScheduleFree(a[:], b[:], c[:], d[:], kernels.ScheduleFreeCoef[T]{})
		},
	}
}

// TestNothingEscapes checks that no public function moves its caller's buffers
// to the heap, or allocates itself.
func TestNothingEscapes(t *testing.T) {
	onEveryLevel(t, nothingEscapes[float32], nothingEscapes[float64])
}

func nothingEscapes[T kernels.Float](t *testing.T) {
	calls := stackCalls[T]()
	if size[T]() == 4 {
		maps.Copy(calls, formatStackCalls())
	}
	for name, call := range calls {
		if n := kerneltest.Allocations(10, call); n != 0 {
			t.Errorf("%s with buffers on the stack allocates %v times", name, n)
		}
	}
}

// TestEscapeCoversAll fails when a function is missing above.
func TestEscapeCoversAll(t *testing.T) {
	calls := stackCalls[float32]()
	maps.Copy(calls, formatStackCalls())
	for name, slices := range publicFunctions(t) {
		if slices > 0 && calls[name] == nil {
			t.Errorf("the escape of %s is not tested", name)
		}
	}
}
