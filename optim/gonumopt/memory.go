package gonumopt

import "github.com/seed63264101/steepest/kernels"

// A memory is the inverse Hessian of L-BFGS: the last steps and what they changed the
// gradient by, oldest first (J. Nocedal, Updating quasi-Newton matrices with limited
// storage, 1980).
type memory struct {
	most  int // pairs that are kept
	pairs []pair
	spare pair // room for the next
}

type pair struct {
	step, change []float64
	inner        float64 // product of the two
	share        float64 // what multiply has taken away
}

// add takes in the step from x to xNew. One along which the gradient does not grow says
// nothing of a minimum and is left out.
func (m *memory) add(x, xNew, grad, gradNew []float64) {
	p := m.spare
	if p.step == nil {
		p = pair{step: make([]float64, len(x)), change: make([]float64, len(x))}
	}
	m.spare = p
	kernels.Sub(p.step, xNew, x)
	kernels.Sub(p.change, gradNew, grad)
	p.inner = kernels.Dot(p.step, p.change)
	if !(p.inner > 1e-10*kernels.Nrm2(p.step)*kernels.Nrm2(p.change)) {
		return
	}
	if len(m.pairs) < m.most {
		m.pairs, m.spare = append(m.pairs, p), pair{}
		return
	}
	m.spare = m.pairs[0]
	copy(m.pairs, m.pairs[1:])
	m.pairs[m.most-1] = p
}

// forget leaves the identity.
func (m *memory) forget() { m.pairs = nil }

// multiply multiplies d by the inverse Hessian.
func (m *memory) multiply(d []float64) {
	if len(m.pairs) == 0 {
		return
	}
	for i := len(m.pairs) - 1; i >= 0; i-- {
		p := &m.pairs[i]
		p.share = kernels.Dot(p.step, d) / p.inner
		kernels.Axpy(-p.share, p.change, d)
	}
	last := m.pairs[len(m.pairs)-1]
	kernels.Scal(last.inner/kernels.Dot(last.change, last.change), d)
	for _, p := range m.pairs {
		kernels.Axpy(p.share-kernels.Dot(p.change, d)/p.inner, p.step, d)
	}
}
