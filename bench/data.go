package bench

import (
	"math"
	"math/rand/v2"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
)

// A measurement calls a kernel millions of times on the same data, so the data
// and coefficients must not drift into infinities or subnormal numbers, which
// would measure something else: steps are tiny, decaying averages settle at
// their input, and Scal changes nothing but signs.

// adam are the options of the measured Adam steps, at step adamStep. Without
// weight decay, a gradient of zero stays zero.
var adam = kernels.AdamOptions{LR: smallStep, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}

const adamStep = 1000

// smallStep is what most steps are scaled by: it moves no data far.
const smallStep = 1e-6

// The measured rotations' cosine and sine.
const rotC, rotS = 0.8, 0.6

// coefficient returns the value of a kernel's scalar parameter for arguments of a
// shape. A name means the same in all kernels, unless "Kernel.name" is listed
// too. A name that is not listed gives a small step. TestDataStayOrdinary fails
// where that is not the value to measure with.
func coefficient(op, name string, s kerneltest.Shape) float64 {
	c1 := 1 - math.Pow(adam.Beta1, adamStep)
	c2 := math.Sqrt(1 - math.Pow(adam.Beta2, adamStep))
	const (
		alpha = 0.99 // of RMSprop
		rho   = 0.9  // of AdaDelta
	)
	values := map[string]float64{
		// Level 1 and reductions
		"Axpby.alpha": 0.5, "Scal.alpha": -1,
		"beta": 0.5, "Gemv.alpha": 0.5, "GemvInc.alpha": 0.5, "ScalInc.alpha": -1,
		"c": rotC, "s": rotS, // a rotation, which changes no lengths
		"h11": rotC, "h12": rotS, "h21": -rotS, "h22": rotC,
		"value": 3, // nowhere to be found: the whole vector is searched
		"w":     0.5,
		"lo":    -1.5, "hi": 1.5,
		"slope":  0.01,
		"delta":  1,
		"weight": 1,
		"width":  3, "most": 1.5, "p": 0.5, "keep": 0.9, "std": 1, "least": 0.07, "TruncatedNormal.width": 0.86, "Dropout.scale": 1 / 0.9,
		"div": float64(s.Rows),
		"n":   64, "MergeMoments.w": 0.25, "MergeMoments.c": 48, "MergeMoments.div": 64, // the first 64 elements of 256
		// Updates
		"scale": 1,
		"l2":    1e-4, "Adam.l2": 0,
		"wd":    1e-4,
		"mu":    0.9,
		"decay": 1,
		"beta1": adam.Beta1, "omb1": 1 - adam.Beta1,
		"beta2": adam.Beta2, "omb2": 1 - adam.Beta2, "root": math.Sqrt(1 - adam.Beta2),
		"eps":      adam.Eps * c2,
		"step":     adam.LR * c2 / c1,
		"stepGrad": 1e-7,
		"average":  1e-3, "look": 1e-7,
		"grow": 1e-3, // the averages of squares settle at this over 1-beta2
		"gain": 0.1, "beta3": math.Sqrt(adam.Beta2), "share": 1e-3,
		"FTRL.share": 1, "FTRL.inverse": 1, "FTRL.beta": 1, "l1": 0.5,
		"rho": rho, "Adadelta.root": math.Sqrt(1 - rho),
		"oma": (1 - alpha) / 2, // the average settles at half of the gradient, and leaves a variance
	}
	for _, rms := range []string{"RMSprop", "RMSpropMomentum", "RMSpropCentered", "RMSpropCenteredMomentum"} {
		values[rms+".alpha"], values[rms+".root"] = alpha, math.Sqrt(1-alpha)
	}
	for _, key := range []string{op + "." + name, name} {
		if v, ok := values[key]; ok {
			return v
		}
	}
	return smallStep
}

// poolSize is a prime, so that the streams of a kernel do not repeat in step with
// anything.
const poolSize = 4099

// pools are the values that vectors are filled with.
type pools[T kernels.Float] struct {
	signed   []T // of magnitude 1 to 2 with random signs, as gradients have them
	positive []T // 1 to 4, as second moments are
}

func newPools[T kernels.Float]() *pools[T] {
	r := rand.New(rand.NewPCG(1, 2))
	p := &pools[T]{make([]T, poolSize), make([]T, poolSize)}
	for i := range poolSize {
		x := T(1 + r.Float64())
		p.signed[i], p.positive[i] = x, x*x
		if r.IntN(2) == 0 {
			p.signed[i] = -x
		}
	}
	return p
}

// of returns the values for a kernel's parameter.
func (p *pools[T]) of(op string, param kerneltest.Param) []T {
	switch param.Name {
	case "x":
		if op == "Log" || op == "Log1p" || op == "ReciprocalRoot" || op == "Sqrt" {
			return p.positive
		}
	case "v", "vmax", "u", "sum", "acc", "q", "row", "column": // second moments; their roots are taken
		return p.positive
	}
	return p.signed
}
