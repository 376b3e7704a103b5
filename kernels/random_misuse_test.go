package kernels_test

import (
	"math"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestRandomMisuse gives the functions of random numbers values that they cannot have.
func TestRandomMisuse(t *testing.T) { onEveryLevel(t, randomMisuse[float32], randomMisuse[float64]) }

func randomMisuse[T kernels.Float](t *testing.T) {
	inf, nan := T(math.Inf(1)), T(math.NaN())
	x := make([]T, 70)
	at := kernels.Philox{}
	for _, bad := range []struct {
		name, value string
		call        func()
	}{
		{"Uniform", "2", func() { kernels.Uniform(x, 2, 1, at) }},
		{"Uniform", "NaN", func() { kernels.Uniform(x, nan, 1, at) }},
		{"Uniform", "NaN", func() { kernels.Uniform(x, 0, nan, at) }},
		{"Uniform", "+Inf", func() { kernels.Uniform(x, 0, inf, at) }},
		{"Uniform", "-Inf", func() { kernels.Uniform(x, -inf, 0, at) }},
		{"Uniform", "+Inf", func() { kernels.Uniform(x, inf, inf, at) }},
		{"Uniform", "-Inf", func() { kernels.Uniform(x, -inf, -inf, at) }},
		{"Bernoulli", "-0.1", func() { kernels.Bernoulli(x, -0.1, at) }},
		{"Bernoulli", "1.5", func() { kernels.Bernoulli(x, 1.5, at) }},
		{"Bernoulli", "NaN", func() { kernels.Bernoulli(x, math.NaN(), at) }},
		{"Dropout", "-0.1", func() { kernels.Dropout(x, x, -0.1, at) }},
		{"Dropout", "1", func() { kernels.Dropout(x, x, 1, at) }},
		{"Dropout", "NaN", func() { kernels.Dropout(x, x, math.NaN(), at) }},
		{"Normal", "-1", func() { kernels.Normal(x, 0, -1, at) }},
		{"Normal", "NaN", func() { kernels.Normal(x, nan, 1, at) }},
		{"Normal", "+Inf", func() { kernels.Normal(x, 0, inf, at) }},
		{"Normal", "-Inf", func() { kernels.Normal(x, -inf, 1, at) }},
		{"TruncatedNormal", "std 0", func() { kernels.TruncatedNormal(x, 0, 0, -1, 1, at) }},
		{"TruncatedNormal", "+Inf", func() { kernels.TruncatedNormal(x, inf, 1, -1, 1, at) }},
		{"TruncatedNormal", "+Inf", func() { kernels.TruncatedNormal(x, 0, inf, -1, 1, at) }},
		{"TruncatedNormal", "2", func() { kernels.TruncatedNormal(x, 0, 1, 2, 1, at) }},
		{"TruncatedNormal", "NaN", func() { kernels.TruncatedNormal(x, 0, 1, nan, 1, at) }},
		{"XavierUniform", "0", func() { kernels.XavierUniform(x, 0, 5, 1, at) }},
		{"XavierNormal", "-3", func() { kernels.XavierNormal(x, 5, -3, 1, at) }},
		{"HeUniform", "NaN", func() { kernels.HeUniform(x, 5, math.NaN(), at) }},
		{"HeUniform", "Inf", func() { kernels.HeUniform(x, 5, 1e308*float64(greatest[T]()), at) }},
		{"HeNormal", "+Inf", func() { kernels.HeNormal(x, 5, math.Inf(1), at) }},
	} {
		if p := panicOf(bad.call); !strings.Contains(p, "kernels: "+bad.name+": ") || !strings.Contains(p, bad.value) {
			t.Errorf("panic %q, want one of %s with %s", p, bad.name, bad.value)
		}
	}
	for i, v := range x {
		if v != 0 {
			t.Fatalf("element %d was written before the panic", i)
		}
	}
	kernels.Uniform(x, 2, 2, at)
	for _, v := range x {
		same(t, v, 2, "a number from 2 to 2")
	}
}
