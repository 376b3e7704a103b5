package optim

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/seed63264101/steepest/optim/internal/domain"
)

// check returns an error unless the snapshot fits, of the whole or of this process's part.
func (o *Optimizer[T]) check(s *Snapshot[T], shard bool) error {
	if s == nil {
		return fmt.Errorf("optim: nil Snapshot")
	}
	if err := checkSaved(o.rule, s.Rule, s.Options); err != nil {
		return fmt.Errorf("optim: snapshot of %w", err)
	}
	for _, c := range []struct {
		name  string
		count int
	}{{"steps", s.Steps}, {"skipped", s.Skipped}, {"skips in a row", s.SkipsInRow}, {"accumulated", s.Accumulated}} {
		if c.count < 0 {
			return fmt.Errorf("optim: snapshot with %s = %d, want 0 or more", c.name, c.count)
		}
	}
	if s.Accumulated > 0 && o.world != nil {
		return fmt.Errorf("optim: snapshot with accumulated = %d, want 0 for an optimizer that is Distributed", s.Accumulated)
	}
	if s.Accumulated > 0 && s.Order != o.order {
		return fmt.Errorf("optim: snapshot with gradients accumulated %v, want %v", s.Order, o.order)
	}
	if s.SkipsInRow > s.Skipped {
		return fmt.Errorf("optim: snapshot with skips in a row = %d, want at most those skipped, %d", s.SkipsInRow, s.Skipped)
	}
	if l := s.LossScale; l != nil {
		if err := domain.Check[T]("optim: snapshot", domain.Of("loss scale", l.Scale, lossScales)); err != nil {
			return err
		}
		if l.Good < 0 {
			return fmt.Errorf("optim: snapshot with %d good steps of the loss scale, want 0 or more", l.Good)
		}
	}
	for i := range min(len(s.Params), len(o.params)) {
		if err := o.checkParam(i, s, shard); err != nil {
			return err
		}
	}
	if got, want := len(s.Params), len(o.params); got > want {
		return fmt.Errorf("optim: parameter %q of the snapshot is not in the optimizer: %d parameters, want %d", s.Params[want].Name, got, want)
	} else if got < want {
		return fmt.Errorf("optim: parameter %q is not in the snapshot: %d parameters, want %d", o.params[got].Name, got, want)
	}
	return nil
}

// checkParam returns an error unless the i-th parameter fits.
func (o *Optimizer[T]) checkParam(i int, all *Snapshot[T], shard bool) error {
	p, s := &o.params[i], &all.Params[i]
	g := &o.groups[p.group]
	if s.Name != p.Name {
		return fmt.Errorf("optim: parameter %d is %q in the snapshot, want %q", i, s.Name, p.Name)
	}
	failed := func(format string, args ...any) error {
		return fmt.Errorf("optim: snapshot of parameter %q: %w", p.Name, fmt.Errorf(format, args...))
	}
	if s.Steps < 0 || s.Steps > all.Steps {
		return failed("%d steps, want 0 to %d", s.Steps, all.Steps)
	}
	n, lens := p.Len(), o.wholeLens(p)
	if shard {
		n = p.mine.Len()
		if s.First != p.shard.first || s.WholeLen != p.Len() {
			return failed("the part of %d elements from %d on, of %d, want %d from %d on, of %d", s.elements(), s.First, s.WholeLen, n, p.shard.first, p.Len())
		}
	} else if s.WholeLen != 0 || s.First != 0 {
		return failed("the part of %d elements from %d on, of %d, want the whole, or RestoreShard", s.elements(), s.First, s.WholeLen)
	}
	if err := p.checkSavedValues(s, n); err != nil {
		return failed("%w", err)
	}
	if len(s.Shape) > 0 && !slices.Equal(s.Shape, p.dims) {
		return failed("the shape %v, want %v", s.Shape, p.dims)
	}
	if err := checkSavedRule(g.rule, s, all); err != nil {
		return failed("%w", err)
	}
	names := g.rule.State()
	if len(s.State) != len(names) {
		return failed("%d state vectors, want %d: %q", len(s.State), len(names), names)
	}
	for j, x := range s.State {
		if x.Name != names[j] {
			return failed("state vector %d is %q, want %q", j, x.Name, names[j])
		}
		if shard {
			lo, hi := p.partOf(lens[j], p.shard.first, p.shard.first+n)
			lens[j] = hi - lo
		}
		if err := p.checkSavedState(j, &x, lens[j]); err != nil {
			return failed("state vector %q %w", x.Name, err)
		}
	}
	numbers := carriedBy(g.sample)
	for _, n := range numbers {
		if x, ok := s.Numbers[n.Name]; !ok {
			return failed("no number %q", n.Name)
		} else if !(x >= n.Min && x <= math.MaxFloat64) {
			return failed("number %s = %v, want a finite number >= %v", n.Name, x, n.Min)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Numbers)) {
		if !slices.ContainsFunc(numbers, func(n Number) bool { return n.Name == name }) {
			return failed("number %q, which the rule does not have", name)
		}
	}
	sums := 0
	if !s.Frozen {
		sums = sumsOf(all.Accumulated, o.order)
	}
	return p.checkSums(s, sums)
}
