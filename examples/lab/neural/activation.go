package neural

import "github.com/seed63264101/steepest/kernels"

// An activation is a function of each element.
type activation struct {
	apply    func(y, z []float32)     // y = f(z)
	gradient func(dz, z, y []float32) // dz = dz*f'(z)
}

var activationOf = map[string]activation{
	"tanh":     {kernels.Tanh[float32], func(dz, _, y []float32) { kernels.TanhGrad(dz, dz, y) }},
	"relu":     {kernels.ReLU[float32], func(dz, _, y []float32) { kernels.ReLUGrad(dz, dz, y) }},
	"sigmoid":  {kernels.Sigmoid[float32], func(dz, _, y []float32) { kernels.SigmoidGrad(dz, dz, y) }},
	"gelu":     {gelu, geluGrad},
	"identity": {func(y, z []float32) { copy(y, z) }, func(_, _, _ []float32) {}},
}

// GELU in its form by tanh, z/2 * (1 + tanh(geluRoot*(z + geluCube*z³))), rounds every
// operation to float32. That of package kernels is closer to the function, by multiply-adds of
// float64 which cost ten times as much in a browser.
const (
	geluRoot = 0.7978845608028654 // sqrt(2/pi)
	geluCube = 0.044715
)

// geluBlock is how many elements share a piece of stack.
const geluBlock = 64

// geluTanh stores the formula's tanh in t, and returns the part of it that z has.
func geluTanh(t *[geluBlock]float32, z []float32) []float32 {
	h := t[:min(len(z), geluBlock)]
	for i := range h {
		x := z[i]
		h[i] = geluRoot * (x + float32(geluCube*x*x*x))
	}
	kernels.Tanh(h, h)
	return h
}

func gelu(y, z []float32) {
	var block [geluBlock]float32
	for len(z) > 0 {
		t := geluTanh(&block, z)
		for i, h := range t {
			y[i] = z[i] / 2 * (1 + h)
		}
		y, z = y[len(t):], z[len(t):]
	}
}

func geluGrad(dz, z, _ []float32) {
	var block [geluBlock]float32
	for len(z) > 0 {
		t := geluTanh(&block, z)
		for i, h := range t {
			x := z[i]
			inner := geluRoot * (1 + float32(3*geluCube*x*x))
			dz[i] *= (1+h)/2 + float32(x/2*(1-float32(h*h))*inner)
		}
		dz, z = dz[len(t):], z[len(t):]
	}
}
