package neural

// bump is how far the two gradients of a difference lie from their middle. Nearer, rounding to
// float32 spoils the difference, and farther away the fourth derivatives do: a product is off
// by about 1e-3 of it, and the largest eigenvalues by 1e-4.
const bump = 1.0 / 1024

// A Curvature multiplies vectors by the Hessian of a network's loss over all samples to train
// with, at one place. It has a network of its own for that.
type Curvature struct {
	network *Network
	middle  []float32
	moved   []float32
	grads   [][]float32
}

// NewCurvature returns the curvature of the loss of a network like n at the parameters x, as
// [Network.Flat] has them.
func NewCurvature(n *Network, x []float32) *Curvature {
	own := newNetwork(n.Config, n.Data)
	return &Curvature{network: own, middle: x, moved: make([]float32, len(x)), grads: own.NewGradients()}
}

// Multiply stores the Hessian times x in dst. It is the difference of the gradients on both
// sides, which is second-order accurate; both are computed in float32 and subtracted in float64.
func (c *Curvature) Multiply(dst, x []float64) {
	h := length(x)
	if h == 0 {
		clear(dst)
		return
	}
	h = bump / h
	clear(dst)
	for _, side := range []float64{1, -1} {
		for i, m := range c.middle {
			c.moved[i] = float32(float64(m) + float64(side*h*x[i]))
		}
		c.network.Set(c.moved)
		c.network.Objective(nil, c.grads)
		i := 0
		for _, g := range c.grads {
			for _, v := range g {
				dst[i] += float64(side * float64(v))
				i++
			}
		}
	}
	scale(dst, 1/(2*h))
}

// Largest returns the largest eigenvalues of the Hessian, in descending order, and their
// eigenvectors.
func (c *Curvature) Largest(want int) (values []float64, vectors [][]float64) {
	return lanczos(len(c.middle), want, 1e-4, c.Multiply)
}

// Sharpness returns the largest eigenvalue of the Hessian at one of a run's points: descent with
// all samples is stable below 2/rate, and then drives it up to there (J. Cohen et al., Gradient
// descent on neural networks typically occurs at the edge of stability, 2021).
func (r *Run) Sharpness(point int) float64 {
	values, _ := NewCurvature(r.Network, r.Path[point]).Largest(1)
	return values[0]
}
