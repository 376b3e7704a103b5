package optim

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"slices"

	"github.com/seed63264101/steepest/optim/internal/state"
)

// A fact is something that must be alike on all ranks.
type fact struct{ Name, Value string }

// Numbers calls f with each number that says where a rank is: what every step may change. Those
// of a group have its index, others -1.
type numbers func(f func(name string, group int, v float64))

// facts returns the numbers with their words.
func (n numbers) facts() []fact {
	var list []fact
	n(func(name string, group int, v float64) {
		if group >= 0 {
			name = fmt.Sprintf("%s of group %d", name, group)
		}
		list = append(list, fact{name, fmt.Sprint(v)})
	})
	return list
}

// hash returns a hash of the numbers.
func (n numbers) hash() uint64 {
	h := uint64(hashStart)
	n(func(_ string, _ int, v float64) { h = mix(h, math.Float64bits(v)) })
	return h
}

// eachNumber has the numbers of an optimizer.
func (o *Optimizer[T]) eachNumber(f func(name string, group int, v float64)) {
	f("steps", -1, float64(o.steps))
	_, _, of := o.Share()
	f("micro-batches", -1, float64(of))
	f("loss scale", -1, o.scaling.scale)
	f("good steps of the loss scale", -1, float64(o.scaling.good))
	f("skipped steps", -1, float64(o.skipped.total))
	f("skipped steps in a row", -1, float64(o.skipped.inRow))
}

// eachOfStep has those of a step that is about to be taken.
func (o *Optimizer[T]) eachOfStep(f func(name string, group int, v float64)) {
	o.eachNumber(f)
	for i, rate := range o.rates {
		f("learning rate", i, rate)
	}
}

// eachNumber has the numbers of a snapshot, and a hash of its parameters and their state, of which a
// rank takes only its own part. Values are compared once all have them.
func (s *Snapshot[T]) eachNumber(f func(name string, group int, v float64)) {
	f("steps in the snapshot", -1, float64(s.Steps))
	f("skipped steps in the snapshot", -1, float64(s.Skipped))
	f("skipped steps in a row in the snapshot", -1, float64(s.SkipsInRow))
	if s.LossScale != nil {
		f("loss scale in the snapshot", -1, s.LossScale.Scale)
		f("good steps of the loss scale in the snapshot", -1, float64(s.LossScale.Good))
	}
	h := uint64(hashStart)
	for i := range s.Params {
		p := &s.Params[i]
		h = mix(mixWhole(h, []byte(p.Name)), uint64(p.WholeLen))
		for j := range p.State {
			if p.WholeLen == 0 { // or they are parts, of each rank its own
				h = p.State[j].mix(h)
			}
		}
	}
	f("parameters in the snapshot", -1, float64(len(s.Params)))
	f("hash of parameters and state in the snapshot", -1, float64(h>>11))
}

// compareAll returns an error unless all ranks have the same parameters, options and state.
func (w *world[T]) compareAll(o *Optimizer[T]) error {
	if err := w.compare(o.facts()); err != nil {
		return err
	}
	if err := w.compareValues(o); err != nil {
		return err
	}
	w.changed = false
	return nil
}

// compare returns an error that says in what the first rank with other facts differs from rank 0,
// or nil if all have the same.
func (w *world[T]) compare(mine []fact) error {
	text, err := json.Marshal(mine)
	if err != nil {
		return fmt.Errorf("optim: %w", err)
	}
	h := fnv.New64a()
	h.Write(text) // it never fails
	other := w.firstOther(h.Sum64())
	if other < 0 {
		return w.err
	}
	if w.rank != 0 && w.rank != other {
		text = nil // nobody asks
	}
	texts := w.gatherTexts(text)
	if w.err != nil {
		return w.err
	}
	var lists [2][]fact
	for i, r := range []int{0, other} {
		if err := json.Unmarshal(texts[r], &lists[i]); err != nil {
			return fmt.Errorf("optim: rank %d: %w", r, err)
		}
	}
	return difference(lists[0], lists[1], other)
}

// firstOther returns the first rank whose number is not that of rank 0, or -1.
func (w *world[T]) firstOther(mine uint64) int {
	all := gatherEach(w, mine)
	if w.err != nil {
		return -1
	}
	return slices.IndexFunc(all, func(h uint64) bool { return h != all[0] })
}

// difference returns an error that says in what the facts of a rank differ from rank 0's.
func difference(zero, other []fact, rank int) error {
	end := fact{"the end of its list", "none"}
	for i := range max(len(zero), len(other)) {
		a, b := end, end
		if i < len(zero) {
			a = zero[i]
		}
		if i < len(other) {
			b = other[i]
		}
		switch {
		case a.Name != b.Name:
			return fmt.Errorf("optim: rank %d has %s = %s, where rank 0 has %s = %s", rank, b.Name, b.Value, a.Name, a.Value)
		case a.Value != b.Value:
			return fmt.Errorf("optim: rank %d has %s = %s, and rank 0 has %s", rank, b.Name, b.Value, a.Value)
		}
	}
	return fmt.Errorf("optim: rank %d has other facts than rank 0", rank)
}

// facts returns what must be alike on all ranks, but for the position and the parameters' values.
// Functions cannot be compared. A schedule that is one shows in the rates of each step.
func (o *Optimizer[T]) facts() []fact {
	o.settle()
	var l factList
	l.add("version of the module", moduleVersion())
	l.add("element type", fmt.Sprintf("%T", T(0)))
	l.add("parameters", len(o.params))
	for i := range o.params {
		o.addParam(&l, i)
	}
	l.add("Reduction", [...]string{ReduceMean: "ReduceMean", ReduceSum: "ReduceSum"}[o.reduction])
	l.addLimit("ClipNorm", o.clipNorm)
	l.addLimit("ClipParamNorm", o.clipParamNorm)
	l.addLimit("ClipValue", o.clipValue)
	l.add("Unchecked", o.unchecked)
	l.add("FailAfterSkips", o.failAfter.value)
	l.add("RoundingSeed", o.roundingSeed)
	l.addValue("loss scale", o.scaler)
	l.addValue("schedule", o.schedule)
	l.add("groups", len(o.groups))
	for i := range o.groups {
		l.addGroup(i, o.groups[i].rule, o.groups[i].schedule, o.groups[i].choice)
		g := &o.groups[i]
		l.addLimit(fmt.Sprint("GroupClipNorm of group ", i), g.clipNorm)
		l.add(fmt.Sprint("L1 of group ", i), g.l1)
		if g.bounds.set {
			l.add(fmt.Sprint("Bounds of group ", i), fmt.Sprint(g.bounds.value.lo, " to ", g.bounds.value.hi))
		}
	}
	parts, _, _ := o.scheduleParts() // who takes a Snapshot is told of those that cannot be saved
	for i, p := range parts {
		if texts, err := state.Save(parts[i : i+1]); err == nil {
			l.add(fmt.Sprintf("state of the schedule %d, a %s,", i, p.Name), fmt.Sprintf("%q", texts[0]))
		}
	}
	return l
}

// addParam adds what is known of a parameter.
func (o *Optimizer[T]) addParam(l *factList, i int) {
	p := &o.params[i]
	name := fmt.Sprintf("%q", p.Name)
	l.add(fmt.Sprint("parameter ", i), name)
	format := Native
	if p.BF16 != nil {
		format = BFloat16
	}
	l.add("length of parameter "+name, p.Len())
	l.add("shape of parameter "+name, p.dims)
	l.add("format of parameter "+name, format)
	l.add("Rest of parameter "+name, len(p.Rest))
	l.add("group of parameter "+name, p.group)
	l.add("whether parameter "+name+" is frozen", p.frozen)
	l.add("steps of parameter "+name, p.steps)
	for j, n := range carriedBy(o.groups[p.group].sample) {
		l.add(n.Name+" of parameter "+name, p.carried[j])
	}
}

// addGroup adds the options of a group.
func (l *factList) addGroup(i int, rule Rule, schedule any, c choice) {
	of := fmt.Sprint(" of group ", i)
	l.add("name of the rule"+of, fmt.Sprintf("%q", rule.Name()))
	l.addValue("rule"+of, rule)
	l.addValue("schedule"+of, schedule)
	l.add("LRFactor"+of, c.factor)
	l.add("state format"+of, c.format)
	l.add("SplitParams"+of, c.split)
	l.add("number of the GroupRule"+of, c.rule)
	l.add("number of the GroupClipNorm"+of, c.clip)
}
