package neural

import "math"

// A double is a network with tanh in float64, as far as oracles of second derivatives need it.
type double struct {
	widths []int // inputs, hidden units, classes
	x      []float64
	labels []int
}

func newDouble(n *Network) *double {
	d := n.Data
	o := &double{widths: append(append([]int{d.Inputs}, n.Config.Hidden...), d.Classes), labels: d.Labels[:d.Train]}
	for _, v := range d.X[:d.Train*d.Inputs] {
		o.x = append(o.x, float64(v))
	}
	return o
}

// gradient returns the gradient of the mean cross-entropy at the parameters p.
func (o *double) gradient(p []float64) []float64 {
	g := make([]float64, len(p))
	inputs := o.widths[0]
	for i, label := range o.labels {
		ys := [][]float64{o.x[i*inputs:][:inputs]}
		at := 0
		for l, in := range o.widths[:len(o.widths)-1] {
			out := o.widths[l+1]
			y := make([]float64, out)
			for j := range y {
				y[j] = p[at+in*out+j]
				for k, v := range ys[l] {
					y[j] += v * p[at+k*out+j]
				}
				if l+2 < len(o.widths) {
					y[j] = math.Tanh(y[j])
				}
			}
			ys, at = append(ys, y), at+(in+1)*out
		}
		sum := 0.0
		for _, v := range ys[len(ys)-1] {
			sum += math.Exp(v)
		}
		dy := make([]float64, o.widths[len(o.widths)-1])
		for j, v := range ys[len(ys)-1] {
			dy[j] = math.Exp(v) / sum / float64(len(o.labels))
		}
		dy[label] -= 1 / float64(len(o.labels))
		for l := len(o.widths) - 2; l >= 0; l-- {
			in, out := o.widths[l], o.widths[l+1]
			at -= (in + 1) * out
			dx := make([]float64, in)
			for j, d := range dy {
				g[at+in*out+j] += d
				for k, v := range ys[l] {
					g[at+k*out+j] += d * v
					dx[k] += d * p[at+k*out+j] * (1 - v*v) // for a layer below
				}
			}
			dy = dx
		}
	}
	return g
}

// multiply returns the Hessian times x, by a difference whose error is about 1e-9.
func (o *double) multiply(p, x []float64) []float64 {
	const h = 1e-5
	moved := func(by float64) []float64 {
		q := make([]float64, len(p))
		for i := range q {
			q[i] = p[i] + by*x[i]
		}
		return o.gradient(q)
	}
	up, down := moved(h), moved(-h)
	for i := range up {
		up[i] = (up[i] - down[i]) / (2 * h)
	}
	return up
}
