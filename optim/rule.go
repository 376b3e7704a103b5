package optim

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// A Rule is an update rule with its options: one of the structs [SGD],
// [Momentum], [Adam] and [AdamW]. Its methods serve this package.
type Rule interface {
	// Name returns the rule's name.
	Name() string
	// State returns the names of the vectors that the rule keeps for every
	// parameter, each as long as the parameter. The names are torch's.
	State() []string

	// rate returns the learning rate before the schedule.
	rate() float64
	// options lists the numeric options for checking.
	options() []option
}

// An updater runs one rule on elements of one type. After prepare it only reads
// itself.
type updater[T kernels.Float] interface {
	// prepare computes the coefficients of one step.
	prepare(tick)
	// update takes the prepared step for a parameter, or for any part of one.
	update(p, g []T, state [][]T)
}

// A tick holds what the coefficients of a step depend on besides the options.
type tick struct {
	t     int     // number of this step for these parameters, from 1
	lr    float64 // the schedule's learning rate
	scale float64 // multiplies the gradients
}

// sign returns scale, negated in order to ascend.
func (k tick) sign(maximize bool) float64 {
	if maximize {
		return -k.scale
	}
	return k.scale
}

// newUpdater returns the rule's updater for T, or an error that names the rule
// and the option that is out of its domain.
func newUpdater[T kernels.Float](rule Rule) (updater[T], error) {
	var u updater[T]
	switch r := rule.(type) {
	case SGD:
		u = &sgd[T]{rule: r}
	case Momentum:
		u = &momentum[T]{rule: r}
	case Adam:
		u = &adam[T]{opts: r.kernelOptions()}
	case AdamW:
		u = &adam[T]{opts: r.kernelOptions()}
	default:
		// Pointers to the option structs have the methods of Rule too.
		return nil, fmt.Errorf("optim: %T is no rule, want SGD, Momentum, Adam or AdamW (values, not pointers)", rule)
	}
	for _, o := range rule.options() {
		if err := checkOption[T](rule.Name(), o); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// An option is a named number and its domain.
type option struct {
	name  string
	value float64
	domain
}

// A domain says which values an option may have. Its test gets the function that
// rounds to the element type: what is fine in float64 may be 0, 1 or infinite in
// float32.
type domain struct {
	want string
	has  func(v float64, round func(float64) float64) bool
}

var (
	nonNegative = domain{"a finite number >= 0", func(v float64, round func(float64) float64) bool {
		return v >= 0 && !math.IsInf(round(v), 0)
	}}
	positive = domain{"a finite number > 0", func(v float64, round func(float64) float64) bool {
		return round(v) > 0 && !math.IsInf(round(v), 0)
	}}
	fraction = domain{"a number in [0, 1)", func(v float64, round func(float64) float64) bool {
		return v >= 0 && round(v) < 1
	}}
)

// checkOption returns an error if the option's value lies outside its domain,
// exactly or rounded to T.
func checkOption[T kernels.Float](owner string, o option) error {
	exact := func(v float64) float64 { return v }
	rounded := func(v float64) float64 { return float64(T(v)) }
	switch {
	case !o.has(o.value, exact):
		return fmt.Errorf("optim: %s: %s = %v, want %s", owner, o.name, o.value, o.want)
	case !o.has(o.value, rounded):
		return fmt.Errorf("optim: %s: %s = %v, want %s when rounded to %T", owner, o.name, o.value, o.want, T(0))
	}
	return nil
}
