package optim

import (
	"math"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/optim/schedule"
)

// A naive optimizer takes the steps of a walk again: in float64, in plain loops, with the
// formulas of the oracles. Nothing of the package's steps is in it.
type naive struct {
	walkOptions
	params []*naiveParam
	steps  int
	eps    float64 // of the elements' type
}

// A naiveParam is a parameter with what the options make of it.
type naiveParam struct {
	name    string
	shape   []int
	p       []float64
	frozen  bool
	rule    Rule
	sched   schedule.Schedule
	factor  float64
	clip    int // index of the group that clips it, -1 for none
	l1      float64
	lo, hi  float64
	formula func(g []float64, lr float64)
	oracle  *oracle // of rules that have one

	rows    []*naiveParam // of a table, as parameters
	touched []bool        // rows with gradients in the present step
	t       int           // steps taken by a table
}

// add appends a parameter.
func (o *naive) add(name string, shape []int, p []float64, sparse bool) {
	n := &naiveParam{
		name: name, shape: shape, p: p, rule: o.rule, sched: o.sched, factor: 1, clip: -1, lo: math.Inf(-1), hi: math.Inf(1),
	}
	decay := -1.0 // the rule's
	for i, g := range o.groups {
		if !strings.Contains(g.letters, name[:1]) {
			continue
		}
		n.factor *= g.factor
		if g.rule != nil {
			n.rule = g.rule
		}
		if g.sched != nil {
			n.sched = g.sched
		}
		if g.decay >= 0 {
			decay = g.decay
		}
		if g.clip > 0 {
			n.clip = i
		}
		if g.l1 > 0 {
			n.l1 = g.l1
		}
		if g.lo < g.hi {
			n.lo, n.hi = g.lo, g.hi
		}
	}
	if m, ok := n.rule.(Muon); ok && len(shape) != 2 {
		n.rule = AdamW{LR: m.LR, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: m.WeightDecay, Maximize: m.Maximize}
	}
	if d, ok := n.rule.(Decayer); ok && decay >= 0 {
		n.rule = d.WithDecay(decay)
	}
	o.params = append(o.params, n)
	o.begin(n, sparse)
}

// begin sets a parameter's formulas to their state before the first step.
func (o *naive) begin(n *naiveParam, sparse bool) {
	n.rows, n.t = nil, 0
	if sparse {
		n.grow(n.p, o.eps)
	} else {
		n.formula = n.newFormula(o.eps)
	}
}

// grow appends rows to those of a table, of which p has all.
func (n *naiveParam) grow(p []float64, eps float64) {
	dim := n.shape[1]
	n.p, n.shape = p, []int{len(p) / dim, dim}
	for i := len(n.rows); i < n.shape[0]; i++ {
		row := &naiveParam{rule: n.rule, shape: []int{dim}, p: slices.Clone(p[i*dim:][:dim])}
		row.formula = row.newFormula(eps)
		n.rows = append(n.rows, row)
	}
}

// reset begins anew from the present values.
func (o *naive) reset() {
	o.steps = 0
	for _, n := range o.params {
		o.begin(n, n.rows != nil)
	}
}

// take takes a step, of a table those of the rows that have gradients.
func (n *naiveParam) take(g []float64, lr float64) {
	if n.rows == nil {
		n.formula(g, lr)
		n.constrain(lr)
		return
	}
	for i, row := range n.rows {
		if !n.touched[i] {
			continue
		}
		if row.oracle != nil {
			row.oracle.t = n.t
		}
		dim := len(row.p)
		row.formula(g[i*dim:][:dim], lr)
		row.l1, row.lo, row.hi = n.l1, n.lo, n.hi
		row.constrain(lr)
		copy(n.p[i*dim:], row.p)
	}
	n.t++
}

// constrain takes the group's proximal step.
func (n *naiveParam) constrain(lr float64) {
	for j, v := range n.p {
		n.p[j] = min(max(v-min(max(v, -lr*n.l1), lr*n.l1), n.lo), n.hi)
	}
}

// newFormula returns the formula of the parameter's rule.
func (n *naiveParam) newFormula(eps float64) func(g []float64, lr float64) {
	switch r := n.rule.(type) {
	case walker:
		b := make([]float64, len(n.p))
		return func(g []float64, lr float64) {
			for i := range n.p {
				b[i] = r.Mu*b[i] + g[i] + r.WeightDecay*n.p[i]
				n.p[i] -= lr * b[i] / (1 + math.Abs(b[i]))
			}
		}
	case Muon:
		m := newPlainMuon(r, newTable(n.shape[0], n.shape[1], nil), exactly)
		return func(g []float64, lr float64) {
			m.LR, m.p = lr, newTable(n.shape[0], n.shape[1], n.p)
			m.step(newTable(n.shape[0], n.shape[1], g))
			copy(n.p, m.p.values())
		}
	case Adafactor:
		a := newPlainAdafactor(r, n.p, n.shape)
		return func(g []float64, lr float64) {
			a.LR = lr
			a.step(g, eps)
		}
	}
	n.oracle = newOracle(n.rule, n.p)
	return n.oracle.step
}

// step takes a step along the gradients of a batch, reduced and freed of the loss scale. It
// returns the norm of all, and whether the step was taken.
func (o *naive) step(grads [][]float64) (norm float64, taken bool) {
	var active []*naiveParam
	var clipped [][]float64
	for i, n := range o.params {
		if !n.frozen {
			active, clipped = append(active, n), append(clipped, grads[i])
		}
	}
	norm = normOf(clipped)
	if norm-norm != 0 {
		return norm, false
	}
	limit := func(max float64, of func(n *naiveParam) bool) {
		var set [][]float64
		for i, n := range active {
			if of(n) {
				set = append(set, clipped[i])
			}
		}
		by := min(1, max/(normOf(set)+1e-6))
		for _, g := range set {
			for j := range g {
				g[j] *= by
			}
		}
	}
	if o.clipParam > 0 {
		for _, n := range active {
			limit(o.clipParam, func(m *naiveParam) bool { return m == n })
		}
	}
	for i, g := range o.groups {
		if g.clip > 0 {
			limit(g.clip, func(n *naiveParam) bool { return n.clip == i })
		}
	}
	if o.clip > 0 {
		limit(o.clip, func(*naiveParam) bool { return true })
	}
	if o.clipValue > 0 {
		for _, g := range clipped {
			for j := range g {
				g[j] = min(max(g[j], -o.clipValue), o.clipValue)
			}
		}
	}
	o.update(active, clipped)
	o.steps++
	return norm, true
}

// update takes the formulas' steps, those that share sums together: with one rule, but for
// the weight decay, as many steps and one estimate.
func (o *naive) update(active []*naiveParam, grads [][]float64) {
	done := make([]bool, len(active))
	for i, n := range active {
		if done[i] {
			continue
		}
		if _, ok := n.rule.(Prodigy); !ok {
			n.take(grads[i], o.rate(n))
			continue
		}
		var together []*naiveParam
		var oracles []*oracle
		var g [][]float64
		var rates []float64
		for j, m := range active[i:] {
			r, ok := m.rule.(Prodigy)
			if ok && m.oracle.t == n.oracle.t && m.oracle.shared == n.oracle.shared && r.WithDecay(0) == n.rule.(Prodigy).WithDecay(0) {
				together = append(together, m)
				oracles, g, rates = append(oracles, m.oracle), append(g, grads[i+j]), append(rates, o.rate(m))
				done[i+j] = true
			}
		}
		stepProdigy(oracles, g, rates)
		for _, m := range together {
			m.constrain(o.rate(m))
		}
	}
}

// rate returns a parameter's learning rate of the present step.
func (o *naive) rate(n *naiveParam) float64 {
	return n.sched.Rate(n.rule.LearningRate(), o.steps) * n.factor
}

func normOf(grads [][]float64) float64 {
	sum := 0.0
	for _, g := range grads {
		for _, v := range g {
			sum += v * v
		}
	}
	return math.Sqrt(sum)
}
