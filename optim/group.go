package optim

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/seed63264101/steepest/optim/internal/domain"

	"github.com/seed63264101/steepest/kernels"
)

// A GroupOption is an option of the parameters that [WithGroup] selects.
type GroupOption func(*setting)

// A setting gives options to the parameters that it matches.
type setting struct {
	match  func(name string) bool
	factor float64
	decay  limit
	isNil  bool // an option of it was nil
	none   bool // there was no option
	empty  bool // it may match nothing
}

// WithGroup gives options of their own to the parameters whose names match.
// Several groups may match a parameter: their learning-rate factors are
// multiplied, and the last weight decay holds. Parameters added later are matched
// as well. A group that matches no parameter of [New] is an error there, unless it
// is [MayBeEmpty], and so is one without options.
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

// WeightDecay takes the place of the rule's WeightDecay for a group's parameters.
// It must be finite and not negative, and 0 for a rule that has none.
func WeightDecay(w float64) GroupOption {
	return func(s *setting) { s.decay = limit{true, w} }
}

// MayBeEmpty lets a group match none of the parameters that [New] is given: those
// it is meant for are added later, or it serves models that have none.
func MayBeEmpty() GroupOption { return func(s *setting) { s.empty = true } }

// WithoutDecay excludes the parameters whose names match from weight decay,
// usually [BiasOrNorm].
func WithoutDecay(match func(name string) bool) Option { return WithGroup(match, WeightDecay(0)) }

func (s setting) check() error {
	if s.match == nil {
		return fmt.Errorf("optim: WithGroup: nil predicate")
	}
	if s.isNil {
		return fmt.Errorf("optim: WithGroup: nil GroupOption")
	}
	if s.none {
		return fmt.Errorf("optim: WithGroup: no GroupOption")
	}
	if err := domain.Check[float64]("optim: WithGroup", domain.Of("LRFactor", s.factor, domain.NonNegative)); err != nil {
		return err
	}
	if s.decay.set {
		return domain.Check[float64]("optim: WithGroup", domain.Of("WeightDecay", s.decay.value, domain.NonNegative))
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
type group struct {
	rule   Rule    // with the group's weight decay
	factor float64 // multiplies the learning rate
	decay  limit   // in the place of the rule's
}

// groupOf returns the index of the parameter's group among groups, to which it
// appends a new one where needed.
func groupOf[T kernels.Float](name string, rule Rule, settings []setting, groups []group) (int, []group, error) {
	g := group{rule: rule, factor: 1}
	for _, s := range settings {
		if s.match(name) {
			g.factor *= s.factor
			if s.decay.set {
				g.decay = s.decay
			}
		}
	}
	if math.IsInf(g.factor, 0) {
		return 0, nil, fmt.Errorf("optim: parameter %q: the product of its learning-rate factors is %v", name, g.factor)
	}
	for i, have := range groups {
		if have.factor == g.factor && have.decay == g.decay {
			return i, groups, nil
		}
	}
	if g.decay.set {
		var err error
		if g.rule, err = withDecay(rule, g.decay.value); err != nil {
			return 0, nil, fmt.Errorf("optim: parameter %q: %w", name, err)
		}
		if _, err := newUpdater[T](g.rule); err != nil {
			return 0, nil, fmt.Errorf("%w (group of parameter %q)", err, name)
		}
	}
	return len(groups), append(groups, g), nil
}

// withDecay returns a copy of the rule with another weight decay. Every rule that
// decays weights has a field of that name.
func withDecay(rule Rule, decay float64) (Rule, error) {
	v := reflect.New(reflect.TypeOf(rule)).Elem()
	v.Set(reflect.ValueOf(rule))
	field := v.FieldByName("WeightDecay")
	switch {
	case field.IsValid():
		field.SetFloat(decay)
	case decay != 0:
		return nil, fmt.Errorf("%s has no weight decay to set to %v", rule.Name(), decay)
	}
	return v.Interface().(Rule), nil
}

// decayOf returns a rule's weight decay, 0 if it has none.
func decayOf(rule Rule) float64 {
	if f := reflect.ValueOf(rule).FieldByName("WeightDecay"); f.IsValid() {
		return f.Float()
	}
	return 0
}
