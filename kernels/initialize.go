package kernels

import (
	"fmt"
	"math"
)

// XavierUniform draws a layer's initial weights (Glorot and Bengio 2010):
//
//	a := gain * sqrt(6/(fanIn+fanOut))
//	Uniform(dst, -a, a, at)
//
// fanIn is the number of inputs of each unit, fanOut that of units for each input, and the
// gain that of the activation: 1 for none and the sigmoid, 5/3 for tanh, sqrt(2) for ReLU.
// XavierUniform panics unless the fans are positive, gain is finite and not negative, and a is
// a number of T.
func XavierUniform[T Float](dst []T, fanIn, fanOut int, gain float64, at Philox) {
	a := T(math.Sqrt(3) * xavier("XavierUniform", fanIn, fanOut, gain))
	Uniform(dst, -a, a, at)
}

// XavierNormal draws a layer's initial weights (Glorot and Bengio 2010):
//
//	Normal(dst, 0, gain*sqrt(2/(fanIn+fanOut)), at)
//
// with the fans and the gain of [XavierUniform], and its panics.
func XavierNormal[T Float](dst []T, fanIn, fanOut int, gain float64, at Philox) {
	Normal(dst, 0, T(xavier("XavierNormal", fanIn, fanOut, gain)), at)
}

// HeUniform draws a layer's initial weights (He et al. 2015; also called after Kaiming):
//
//	a := gain * sqrt(3/fan)
//	Uniform(dst, -a, a, at)
//
// fan is the number of inputs of each unit, or that of units for each input, which keeps
// the variance of gradients instead, and the gain that of the activation: sqrt(2) for ReLU,
// and sqrt(2/(1+slope*slope)) for [LeakyReLU]. HeUniform panics unless the fan is positive,
// gain is finite and not negative, and a is a number of T.
func HeUniform[T Float](dst []T, fan int, gain float64, at Philox) {
	a := T(math.Sqrt(3) * he("HeUniform", fan, gain))
	Uniform(dst, -a, a, at)
}

// HeNormal draws a layer's initial weights (He et al. 2015):
//
//	Normal(dst, 0, gain*sqrt(1/fan), at)
//
// with the fan and the gain of [HeUniform], and its panics.
func HeNormal[T Float](dst []T, fan int, gain float64, at Philox) {
	Normal(dst, 0, T(he("HeNormal", fan, gain)), at)
}

// xavier returns the std of a layer's weights.
func xavier(name string, fanIn, fanOut int, gain float64) float64 {
	checkFan(name, fanIn, gain)
	checkFan(name, fanOut, gain)
	return gain * math.Sqrt(2/(float64(fanIn)+float64(fanOut)))
}

// he returns the std of a layer's weights.
func he(name string, fan int, gain float64) float64 {
	checkFan(name, fan, gain)
	return gain * math.Sqrt(1/float64(fan))
}

func checkFan(name string, fan int, gain float64) {
	if fan < 1 || !(gain >= 0) || math.IsInf(gain, 0) {
		panic(fmt.Sprintf("kernels: %s: fan %d, gain %v", name, fan, gain))
	}
}
