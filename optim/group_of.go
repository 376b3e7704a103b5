package optim

import (
	"fmt"
	"math"
	"reflect"

	"github.com/seed63264101/steepest/optim/schedule"
)

// groupOf returns the index of the parameter's group among groups, to which it
// appends a new one where needed.
func (o *Optimizer[T]) groupOf(p Param[T], groups []group[T]) (int, []group[T], error) {
	failed := func(err error) (int, []group[T], error) {
		return 0, nil, fmt.Errorf("%w (group of parameter %q)", err, p.Name)
	}
	c := o.choose(p.Name)
	if !c.isFinite() {
		return 0, nil, fmt.Errorf("optim: parameter %q: the product of its learning-rate factors is %v", p.Name, c.factor)
	}
	g := group[T]{choice: c, rule: o.rule, schedule: o.schedule}
	if c.rule >= 0 {
		g.rule = o.settings[c.rule].rule.value
	}
	if c.schedule >= 0 {
		g.schedule = o.settings[c.schedule].schedule.value
	}
	g.usual = c.rule < 0 && c.schedule < 0
	chooser, byShape := g.rule.(ShapeChooser)
	if byShape {
		if err := g.checkRate(); err != nil {
			return failed(err)
		}
		chosen, err := chosenBy(chooser, g.rule, p.shape())
		if err != nil {
			return failed(err)
		}
		g.usual = g.usual && chosen.LearningRate() == g.rule.LearningRate()
		g.rule = chosen
	}
	for i := range groups {
		if have := &groups[i]; have.choice == c && (!byShape || reflect.DeepEqual(have.chosen, g.rule)) {
			return i, groups, nil
		}
	}
	g.chosen, g.byShape = g.rule, byShape
	if err := o.fill(&g, p); err != nil {
		return failed(err)
	}
	return len(groups), append(groups, g), nil
}

// chosenBy returns what a rule that is a ShapeChooser chooses.
func chosenBy(chooser ShapeChooser, rule Rule, shape []int) (Rule, error) {
	chosen, err := chooser.ForShape(shape)
	if err != nil {
		return nil, err
	}
	if chosen, err = plain(chosen); err != nil {
		return nil, err
	}
	if embeds(reflect.TypeOf(rule), reflect.TypeOf(chosen)) {
		return nil, fmt.Errorf("optim: ForShape of the rule %s, a %T, returns the %T that it embeds, as that rule's own ForShape would: a struct that embeds a ShapeChooser needs a ForShape of its own, which returns the struct or a rule that it does not embed", rule.Name(), rule, chosen)
	}
	return chosen, nil
}

// embeds reports whether a rule of type t embeds a ShapeChooser of type other. A rule that
// chooses that one has most likely its ForShape from there, which knows nothing of the rule;
// no value says whether it was meant.
func embeds(t, other reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.Anonymous || !f.Type.Implements(reflect.TypeFor[ShapeChooser]()) {
			continue
		}
		if f.Type == other || f.Type == reflect.PointerTo(other) || embeds(f.Type, other) {
			return true
		}
	}
	return false
}

// fill completes a group that has a rule and a choice, and checks what belongs to it.
// All rules of an optimizer come by here.
func (o *Optimizer[T]) fill(g *group[T], p Param[T]) error {
	c := g.choice
	if c.decay.set {
		if err := checkHidden(g.rule, "WithDecay"); err != nil {
			return fmt.Errorf("%w (WeightDecay)", err)
		}
		var err error
		if g.rule, err = withDecay(g.rule, c.decay.value); err != nil {
			return err
		}
	}
	if c.clip >= 0 {
		g.clipNorm = o.settings[c.clip].clipNorm
	}
	if c.bounds >= 0 {
		g.bounds = o.settings[c.bounds].bounds
		g.lo, g.hi = ends[T](g.bounds.value)
		g.lo16, g.hi16 = ends16[T](g.bounds.value)
	}
	if c.l1 >= 0 {
		g.l1 = o.settings[c.l1].l1.value
	}
	if g.l1 != 0 {
		if err := checkHidden(g.rule, "CheckL1"); err != nil {
			return fmt.Errorf("%w (L1)", err)
		}
	}
	var err error
	if g.sample, err = newUpdater[T](g.rule); err != nil {
		return err
	}
	if err := g.checkRate(); err != nil {
		return err
	}
	if _, ok := g.sample.(Evaluator[T]); ok && (g.bounds.set || g.l1 != 0) {
		return fmt.Errorf("optim: %s takes gradients at another point than the one to evaluate, which Bounds and L1 do not reach", g.rule.Name())
	}
	if r, ok := g.rule.(L1Checker); ok {
		return r.CheckL1(g.l1)
	}
	return nil
}

// checkRate is the function of that name for the group's rule and schedule.
func (g *group[T]) checkRate() error {
	err := checkRate[T](g.rule, g.schedule)
	if err != nil && g.choice.rule >= 0 {
		err = fmt.Errorf("%w (GroupRule)", err)
	}
	return err
}

// withDecay returns a rule with another weight decay.
func withDecay(rule Rule, decay float64) (Rule, error) {
	d, ok := rule.(Decayer)
	if !ok {
		if decay != 0 {
			return nil, fmt.Errorf("optim: %s has no weight decay to set to %v", rule.Name(), decay)
		}
		return rule, nil
	}
	changed := d.WithDecay(decay)
	if got, want := reflect.TypeOf(changed), reflect.TypeOf(rule); got != want {
		return nil, fmt.Errorf("optim: WithDecay of the rule %s, a %v, returns a %v: a struct that embeds a rule needs a WithDecay of its own", rule.Name(), want, got)
	}
	return changed, nil
}

// decayOf returns a rule's weight decay, 0 if it has none.
func decayOf(rule Rule) float64 {
	if d, ok := rule.(Decayer); ok {
		return d.Decay()
	}
	return 0
}

// A GroupInfo describes a set of parameters with the same options.
type GroupInfo struct {
	Params   []string // their names
	Rule     Rule     // with the group's weight decay
	Schedule schedule.Schedule
	LRFactor float64 // multiplies the rate of the rule and the schedule
	ClipNorm float64 // of [GroupClipNorm], 0 for none
	Lo, Hi   float64 // of [Bounds], infinite for none
	L1       float64 // of [L1], 0 for none

	StateFormat Format
	SplitParams bool // whether those that are BF16 are split
}

// Groups describes the sets of parameters that have the same options: which rule,
// schedule and limits are theirs. Report.GroupLRs has their learning rates in the
// same order. An optimizer without [WithGroup] usually has a single one.
func (o *Optimizer[T]) Groups() []GroupInfo {
	infos := make([]GroupInfo, len(o.groups))
	for i, g := range o.groups {
		lo, hi := math.Inf(-1), math.Inf(1)
		if g.bounds.set {
			lo, hi = g.bounds.value.lo, g.bounds.value.hi
		}
		infos[i] = GroupInfo{Rule: g.rule, Schedule: g.schedule, LRFactor: g.factor, ClipNorm: g.clipNorm.value, Lo: lo, Hi: hi, L1: g.l1,
			StateFormat: g.format, SplitParams: g.split}
	}
	for _, p := range o.params {
		infos[p.group].Params = append(infos[p.group].Params, p.Name)
	}
	return infos
}
