package kernels_test

import (
	"math"
	"reflect"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// TestCoefs compares what the builders return with numbers that follow from the options.
// Every option has a value of its own, so that no two can be mistaken for each other.
func TestCoefs(t *testing.T) {
	coefs[float32](t)
	coefs[float64](t)
}

func coefs[T kernels.Float](t *testing.T) {
	const scale = 0.75
	check := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	root := func(x float64) T { return T(math.Sqrt(x)) }
	check("SGD", kernels.SGDCoefs[T](kernels.SGDOptions{LR: 0.3, WeightDecay: 0.01}, scale),
		kernels.SGDCoef[T]{Scale: scale, L2: 0.01, LR: 0.3})

	momentum := kernels.MomentumOptions{LR: 0.3, Momentum: 0.9, Dampening: 0.25, WeightDecay: 0.01, Maximize: true}
	want := kernels.MomentumCoef[T]{Scale: -scale, L2: 0.01, Mu: 0.9, Gain: 1, LR: 0.3}
	check("Momentum, step 1", kernels.MomentumCoefs[T](momentum, 1, scale), want)
	want.Gain = 0.75
	check("Momentum, step 2", kernels.MomentumCoefs[T](momentum, 2, scale), want)
	want = kernels.MomentumCoef[T]{Scale: -scale / 4, L2: 0.01 / 4, Mu: 0.9, Gain: 0.3, LR: 1}
	check("LARS", kernels.LARSCoefs[T](momentum, 2, scale), want)
	momentum.LR = 1e300
	want.Gain = T(min(1e300, float64(greatest[T]())))
	check("LARS of a large rate", kernels.LARSCoefs[T](momentum, 2, scale), want)

	adagrad := kernels.AdagradOptions{LR: 0.3, LRDecay: 0.5, Eps: 1e-10, WeightDecay: 0.01}
	check("Adagrad", kernels.AdagradCoefs[T](adagrad, 3, scale), kernels.AdagradCoef[T]{Scale: scale, L2: 0.01, Eps: 1e-10, LR: 0.15})
	check("RMSprop", kernels.RMSpropCoefs[T](kernels.RMSpropOptions{LR: 0.3, Alpha: 0.9375, Eps: 1e-8, Momentum: 0.9, WeightDecay: 0.01}, scale),
		kernels.RMSpropCoef[T]{Scale: scale, L2: 0.01, Alpha: 0.9375, OneMinusAlpha: 0.0625, Root: 0.25, Eps: 1e-8, Mu: 0.9, LR: 0.3})
	check("Adadelta", kernels.AdadeltaCoefs[T](kernels.AdadeltaOptions{LR: 0.3, Rho: 0.9375, Eps: 1e-6, WeightDecay: 0.01}, scale),
		kernels.AdadeltaCoef[T]{Scale: scale, L2: 0.01, Rho: 0.9375, Root: 0.25, Eps: 1e-6, LR: 0.3})
	check("Lion", kernels.LionCoefs[T](kernels.LionOptions{LR: 0.5, Beta1: 0.75, Beta2: 0.875, WeightDecay: 0.25}, scale),
		kernels.LionCoef[T]{Scale: scale, Decay: 0.875, Beta1: 0.75, OneMinusBeta1: 0.25, Beta2: 0.875, OneMinusBeta2: 0.125, LR: 0.5})
	check("FTRL", kernels.FTRLCoefs[T](kernels.FTRLOptions{LR: 0.125, Beta: 0.5, L1: 0.25, L2: 0.0625, Maximize: true}, 0.25, scale),
		kernels.FTRLCoef[T]{Scale: -scale, Share: 2, Inverse: 8, Beta: 0.5, L1: 0.25, L2: 0.0625})

	// The root of 1-Beta2 is 1/4, so that all numbers are exact.
	prodigy := kernels.ProdigyOptions{LR: 0.5, Beta1: 0.75, Beta2: 0.9375, Eps: 0.125, D0: 0.0625, WeightDecay: 0.25}
	moments := kernels.ProdigyMomentsCoef[T]{Scale: scale, Beta1: 0.75, Gain: 0.03125, Beta2: 0.9375, Root: 0.03125,
		Beta3: root(0.9375), Share: 0.125}
	check("Prodigy's averages", kernels.ProdigyMomentsCoefs[T](prodigy, 1, 0.125, scale), moments)
	check("Prodigy", kernels.ProdigyCoefs[T](prodigy, 1, 0.125, 2), kernels.ProdigyCoef[T]{Decay: 0.984375, Eps: 0.25, Step: 0.0625})
	prodigy.SafeguardWarmup = true
	moments.Share = 0.25
	check("Prodigy's averages without the rate", kernels.ProdigyMomentsCoefs[T](prodigy, 1, 0.125, scale), moments)
	prodigy.BiasCorrection, prodigy.Beta1 = true, 0.5
	check("Prodigy with bias correction", kernels.ProdigyCoefs[T](prodigy, 1, 0.125, 2), kernels.ProdigyCoef[T]{Decay: 0.9921875, Eps: 0.25, Step: 0.03125})
}

// TestCoefsMaximize: to ascend negates what multiplies the gradient, and nothing else.
func TestCoefsMaximize(t *testing.T) {
	ascents[float32](t)
	ascents[float64](t)
}

func ascents[T kernels.Float](t *testing.T) {
	const scale = 0.75
	adam := func(up bool) kernels.AdamOptions {
		return kernels.AdamOptions{LR: 0.3, Beta1: 0.9, Beta2: 0.99, Eps: 1e-8, WeightDecay: 0.01, Maximize: up}
	}
	momentum := func(up bool) kernels.MomentumOptions {
		return kernels.MomentumOptions{LR: 0.3, Momentum: 0.9, WeightDecay: 0.01, Maximize: up}
	}
	for name, made := range map[string]func(up bool) any{
		"SGD":      func(up bool) any { return kernels.SGDCoefs[T](kernels.SGDOptions{LR: 0.3, Maximize: up}, scale) },
		"Momentum": func(up bool) any { return kernels.MomentumCoefs[T](momentum(up), 2, scale) },
		"LARS":     func(up bool) any { return kernels.LARSCoefs[T](momentum(up), 2, scale) },
		"Adagrad": func(up bool) any {
			return kernels.AdagradCoefs[T](kernels.AdagradOptions{LR: 0.3, Maximize: up}, 3, scale)
		},
		"RMSprop": func(up bool) any {
			return kernels.RMSpropCoefs[T](kernels.RMSpropOptions{LR: 0.3, Alpha: 0.5, Maximize: up}, scale)
		},
		"Adadelta": func(up bool) any {
			return kernels.AdadeltaCoefs[T](kernels.AdadeltaOptions{LR: 0.3, Rho: 0.5, Maximize: up}, scale)
		},
		"Adam":   func(up bool) any { return kernels.AdamCoefs[T](adam(up), 2, scale) },
		"Adamax": func(up bool) any { return kernels.AdamaxCoefs[T](adam(up), 2, scale) },
		"NAdam": func(up bool) any {
			return kernels.NAdamCoefs[T](kernels.NAdamOptions{AdamOptions: adam(up)}, 2, 0.5, scale)
		},
		"RAdam":     func(up bool) any { c, _ := kernels.RAdamCoefs[T](adam(up), 9, scale); return c },
		"AdaBelief": func(up bool) any { return kernels.AdaBeliefCoefs[T](adam(up), 2, scale) },
		"LAMB":      func(up bool) any { return kernels.LAMBCoefs[T](adam(up), 2, scale) },
		"Lion": func(up bool) any {
			return kernels.LionCoefs[T](kernels.LionOptions{LR: 0.5, Beta1: 0.75, Beta2: 0.5, Maximize: up}, scale)
		},
		"FTRL": func(up bool) any { return kernels.FTRLCoefs[T](kernels.FTRLOptions{LR: 0.5, Maximize: up}, 0.5, scale) },
		"Prodigy's averages": func(up bool) any {
			return kernels.ProdigyMomentsCoefs[T](kernels.ProdigyOptions{LR: 0.5, D0: 0.5, Maximize: up}, 1, 0.5, scale)
		},
		"ScheduleFree": func(up bool) any { return kernels.ScheduleFreeCoefs[T](adam(up), 0.5, scale) },
	} {
		down := made(false)
		want := reflect.New(reflect.TypeOf(down)).Elem()
		want.Set(reflect.ValueOf(down))
		factor := want.FieldByName("Scale")
		factor.SetFloat(-factor.Float())
		if got := made(true); got != want.Interface() || factor.Float() == 0 {
			t.Errorf("%s: %+v to ascend, %+v to descend", name, got, down)
		}
	}
}
