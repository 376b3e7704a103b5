package optim

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A GroupOption is an option of the parameters that [WithGroup] selects.
type GroupOption func(*setting)

// A setting gives options to the parameters that it matches.
type setting struct {
	match    func(name string) bool
	factor   float64
	decay    optional[float64]
	rule     optional[Rule]
	schedule optional[schedule.Schedule]
	clipNorm optional[float64]
	bounds   optional[interval]
	l1       optional[float64]
	format   optional[Format]
	split    bool
	isNil    bool // an option of it was nil
	none     bool // there was no option
	empty    bool // it may match nothing
}

// WithGroup gives options of their own to the parameters whose names match.
// Several groups may match a parameter: their learning-rate factors are
// multiplied, and of each other option the last one holds. Parameters added later are
// matched as well. A group that matches no parameter of [New] is an error there, unless
// it is [MayBeEmpty], and so is one without options.
func WithGroup(match func(name string) bool, opts ...GroupOption) Option {
	s := setting{match: match, factor: 1, none: len(opts) == 0}
	for _, opt := range opts {
		if opt == nil {
			s.isNil = true
			continue
		}
		opt(&s)
	}
	return func(c *config) { c.settings = append(c.settings, s) }
}

// LRFactor multiplies the learning rate of a group's parameters, whatever the
// schedule says. It must be finite and not negative.
func LRFactor(f float64) GroupOption { return func(s *setting) { s.factor = f } }

// WeightDecay takes the place of the rule's weight decay for a group's parameters.
// It must be finite and not negative, and 0 for a rule that has none.
func WeightDecay(w float64) GroupOption {
	return func(s *setting) { s.decay = optional[float64]{true, w} }
}

// GroupRule sets the rule of a group's parameters, in the place of the optimizer's. Their
// learning rate starts from this rule's.
func GroupRule(r Rule) GroupOption {
	return func(s *setting) { s.rule = optional[Rule]{true, r} }
}

// GroupSchedule sets the learning-rate schedule of a group's parameters, in the place
// of the optimizer's. It goes by the optimizer's steps.
func GroupSchedule(sched schedule.Schedule) GroupOption {
	return func(s *setting) { s.schedule = optional[schedule.Schedule]{true, sched} }
}

// GroupClipNorm limits the Euclidean norm of the gradients of a group's parameters
// together, as [ClipNorm] does that of all. It comes after [ClipParamNorm] and before
// ClipNorm, which sees what it leaves. The limit must be a finite number > 0.
func GroupClipNorm(max float64) GroupOption {
	return func(s *setting) { s.clipNorm = optional[float64]{true, max} }
}

// MayBeEmpty lets a group match none of the parameters that [New] is given: those
// it is meant for are added later, or it serves models that have none.
func MayBeEmpty() GroupOption { return func(s *setting) { s.empty = true } }

// WithoutDecay excludes the parameters whose names match from weight decay,
// usually [BiasOrNorm].
func WithoutDecay(match func(name string) bool) Option { return WithGroup(match, WeightDecay(0)) }

// check returns an error unless the options are in their domains.
func (s *setting) check() error {
	switch {
	case s.match == nil:
		return fmt.Errorf("optim: WithGroup: nil predicate")
	case s.isNil:
		return fmt.Errorf("optim: WithGroup: nil GroupOption")
	case s.none:
		return fmt.Errorf("optim: WithGroup: no GroupOption")
	}
	numbers := []domain.Number{domain.Of("LRFactor", s.factor, domain.NonNegative)}
	if s.decay.set {
		numbers = append(numbers, domain.Of("WeightDecay", s.decay.value, domain.NonNegative))
	}
	if s.clipNorm.set {
		numbers = append(numbers, domain.Of("GroupClipNorm", s.clipNorm.value, domain.Positive))
	}
	if s.l1.set {
		numbers = append(numbers, domain.Of("L1", s.l1.value, domain.NonNegative))
	}
	return domain.Check[float64]("optim: WithGroup", numbers...)
}

// checkSetting checks what depends on the type of the elements, and takes the rule as
// the value that it is. Whether its rate can be 0 depends on the schedule, which may be
// another group's: see fill.
func checkSetting[T kernels.Float](s *setting) error {
	if err := s.check(); err != nil {
		return err
	}
	if s.bounds.set {
		if err := checkBounds[T](s.bounds.value); err != nil {
			return err
		}
	}
	if s.schedule.set {
		if err := schedule.Check(s.schedule.value); err != nil {
			return fmt.Errorf("optim: %w (GroupSchedule)", err)
		}
	}
	if s.rule.set {
		var err error
		if s.rule.value, err = plain(s.rule.value); err == nil {
			_, err = newUpdater[T](s.rule.value)
		}
		if err != nil {
			return fmt.Errorf("%w (GroupRule)", err)
		}
	}
	return nil
}

// checkMatches returns an error if a group matches no parameter.
func checkMatches[T kernels.Float](settings []setting, params []Param[T]) error {
	for i, s := range settings {
		if !s.empty && !slices.ContainsFunc(params, func(p Param[T]) bool { return s.match(p.Name) }) {
			return fmt.Errorf("optim: WithGroup: group %d of %d matches none of the %d parameters, of which the first is %q; if that may be, say MayBeEmpty",
				i+1, len(settings), len(params), params[0].Name)
		}
	}
	return nil
}

// A group is a set of parameters with the same options.
type group[T kernels.Float] struct {
	choice
	chosen   Rule       // before the group's weight decay
	rule     Rule       // with the group's weight decay
	sample   Updater[T] // of the rule; it takes no step
	schedule schedule.Schedule
	byShape  bool // whether chosen depends on the shape
	usual    bool // whether rate and schedule are the optimizer's
	clipNorm optional[float64]
	bounds   optional[interval]
	lo, hi   T // its ends
	lo16     T // those in bfloat16
	hi16     T
	l1       float64
}

// A choice says from which settings the options of a parameter are. Two parameters
// with the same one are of the same group, unless their shapes choose rules.
type choice struct {
	factor                           float64 // multiplies the learning rate
	decay                            optional[float64]
	format                           Format
	split                            bool
	rule, schedule, clip, bounds, l1 int // indices of settings, -1 for none
}

// choose returns what the options say for a parameter.
func (o *config) choose(name string) choice {
	c := choice{factor: 1, format: o.format, split: o.split, rule: -1, schedule: -1, clip: -1, bounds: -1, l1: -1}
	for i, s := range o.settings {
		if !s.match(name) {
			continue
		}
		c.factor *= s.factor
		if s.decay.set {
			c.decay = s.decay
		}
		if s.format.set {
			c.format = s.format.value
		}
		c.split = c.split || s.split
		for _, o := range []struct {
			set   bool
			index *int
		}{{s.rule.set, &c.rule}, {s.schedule.set, &c.schedule}, {s.clipNorm.set, &c.clip}, {s.bounds.set, &c.bounds}, {s.l1.set, &c.l1}} {
			if o.set {
				*o.index = i
			}
		}
	}
	return c
}

// hasRuleOf reports whether two groups have the same rule, but for the weight decay.
func (g *group[T]) hasRuleOf(h *group[T]) bool {
	if g.choice.rule == h.choice.rule && !g.byShape {
		return true // it may hold functions, which cannot be compared
	}
	return reflect.DeepEqual(withoutDecay(g.chosen), withoutDecay(h.chosen))
}

// withoutDecay returns a rule with a weight decay of 0, if it has a way to.
func withoutDecay(rule Rule) Rule {
	if changed, err := withDecay(rule, 0); err == nil {
		return changed
	}
	return rule
}

// isFinite reports whether the factors' product is: not where it overflows, also if a
// further factor is 0.
func (c choice) isFinite() bool { return c.factor-c.factor == 0 }
