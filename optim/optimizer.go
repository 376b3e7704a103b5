package optim

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// A Param is a parameter vector, or a matrix stored as one, with a name for
// messages and for saved state.
type Param[T kernels.Float] struct {
	Name  string
	Value []T // updated in place
}

// A Reduction says how a step combines the gradients of several micro-batches.
type Reduction int

// The reductions.
const (
	Mean Reduction = iota // the mean, for losses averaged over a micro-batch
	Sum                   // the sum, for parts of one loss
)

// An Option configures an Optimizer.
type Option func(*config)

type config struct {
	schedule  Schedule
	reduction Reduction
	clips     bool
	clipNorm  float64
}

// WithSchedule sets the learning-rate schedule. Without it the rule's own rate
// holds throughout.
func WithSchedule(s Schedule) Option { return func(c *config) { c.schedule = s } }

// WithReduction sets how the gradients of several micro-batches are combined.
// Without it they are averaged.
func WithReduction(r Reduction) Option { return func(c *config) { c.reduction = r } }

// ClipNorm limits the Euclidean norm of all gradients together (R. Pascanu et
// al., On the difficulty of training recurrent neural networks, 2013), as
// torch.nn.utils.clip_grad_norm_ does: every gradient is multiplied by
//
//	min(1, limit / (norm + 1e-6))
//
// The limit must be a finite number > 0.
func ClipNorm(limit float64) Option {
	return func(c *config) { c.clips, c.clipNorm = true, limit }
}

// An Optimizer holds a rule's state for a set of parameters. It is not safe for
// concurrent use.
type Optimizer[T kernels.Float] struct {
	config
	rule    Rule
	params  []parameter[T]
	cohorts []cohort[T]
	steps   int // taken, without the skipped ones

	// Working space of steps with several micro-batches.
	reduced [][]T // the reduced gradients, one for each parameter
	parts   [][]T // one parameter's gradients, block by block
}

type parameter[T kernels.Float] struct {
	Param[T]
	state [][]T // in the order of Rule.State
}

// A cohort is a set of parameters that share the coefficients of every step:
// they have the same options and have taken the same number of steps.
type cohort[T kernels.Float] struct {
	updater[T]
	steps   int
	members []int // indices of parameters
}

// New returns an optimizer that updates the parameters by the rule. It keeps the
// slices, not the Params.
//
// It is an error if there are no parameters, if one has no name, no values or
// another one's name, if two of them overlap in memory, or if an option of the
// rule, the schedule or the optimizer is out of its domain; the error names the
// parameter or the option and the value.
func New[T kernels.Float](rule Rule, params []Param[T], opts ...Option) (*Optimizer[T], error) {
	u, err := newUpdater[T](rule)
	if err != nil {
		return nil, err
	}
	if err := checkParams(params); err != nil {
		return nil, err
	}
	o := &Optimizer[T]{config: config{schedule: Constant{}}, rule: rule}
	for _, opt := range opts {
		if opt == nil {
			return nil, fmt.Errorf("optim: nil Option")
		}
		opt(&o.config)
	}
	if err := checkConfig[T](&o.config); err != nil {
		return nil, err
	}

	all := cohort[T]{updater: u}
	for i, state := range newState(params, len(rule.State())) {
		o.params = append(o.params, parameter[T]{params[i], state})
		all.members = append(all.members, i)
	}
	o.cohorts = []cohort[T]{all}
	return o, nil
}

// newState returns zeroed state vectors, some slots for each parameter. The
// vectors of one slot lie one behind the other, so that a step over many small
// parameters reads memory as one over a large parameter does. Each begins on a
// cache line of its own.
func newState[T kernels.Float](params []Param[T], slots int) [][][]T {
	line := 64 / int(unsafe.Sizeof(T(0)))
	padded := func(n int) int { return (n + line - 1) / line * line }
	total := 0
	for _, p := range params {
		total += padded(len(p.Value))
	}
	states := make([][][]T, len(params))
	for range slots {
		rest := make([]T, total)
		for i, p := range params {
			n := len(p.Value)
			states[i] = append(states[i], rest[:n:n])
			rest = rest[padded(n):]
		}
	}
	return states
}

// Steps returns the number of steps taken, not counting skipped ones.
func (o *Optimizer[T]) Steps() int { return o.steps }

func checkConfig[T kernels.Float](c *config) error {
	if isNil(c.schedule) {
		return fmt.Errorf("optim: nil Schedule")
	}
	if s, ok := c.schedule.(interface{ options() []option }); ok {
		for _, o := range s.options() {
			if err := checkOption[T](typeName(s), o); err != nil {
				return err
			}
		}
	}
	if c.reduction != Mean && c.reduction != Sum {
		return fmt.Errorf("optim: Reduction = %d, want Mean or Sum", c.reduction)
	}
	if c.clips {
		return checkOption[float64]("ClipNorm", option{"limit", c.clipNorm, positive})
	}
	return nil
}

// isNil reports whether a schedule would panic when called.
func isNil(s Schedule) bool {
	if s == nil {
		return true
	}
	v := reflect.ValueOf(s)
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Func) && v.IsNil()
}

// typeName returns the type's name for messages, which begin with optim anyway.
func typeName(v any) string { return strings.TrimPrefix(fmt.Sprintf("%T", v), "optim.") }

func checkParams[T kernels.Float](params []Param[T]) error {
	if len(params) == 0 {
		return fmt.Errorf("optim: no parameters")
	}
	seen := make(map[string]int, len(params))
	for i, p := range params {
		if p.Name == "" {
			return fmt.Errorf("optim: parameter %d has no name", i)
		}
		if first, ok := seen[p.Name]; ok {
			return fmt.Errorf("optim: parameters %d and %d have the same name %q", first, i, p.Name)
		}
		seen[p.Name] = i
		if len(p.Value) == 0 {
			return fmt.Errorf("optim: parameter %q has no values", p.Name)
		}
	}
	// One vector under two names would be updated twice in every step.
	sorted := slices.Clone(params)
	slices.SortFunc(sorted, func(a, b Param[T]) int {
		return cmp.Compare(address(a.Value), address(b.Value))
	})
	for i := 1; i < len(sorted); i++ {
		if a, b := sorted[i-1], sorted[i]; overlap(a.Value, b.Value) {
			return fmt.Errorf("optim: parameters %q and %q overlap in memory", a.Name, b.Name)
		}
	}
	return nil
}

// address returns where a slice that is not empty begins.
func address[T any](s []T) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(s))) }

// overlap reports whether two slices that are not empty share memory.
func overlap[T any](a, b []T) bool {
	return address(a) <= address(b[len(b)-1:]) && address(b) <= address(a[len(a)-1:])
}

// checkBatches returns an error unless every batch holds a gradient for every
// parameter.
func (o *Optimizer[T]) checkBatches(batches [][][]T) error {
	if len(batches) == 0 {
		return fmt.Errorf("optim: Step without gradients")
	}
	for b, grads := range batches {
		if len(grads) != len(o.params) {
			return fmt.Errorf("optim: batch %d has %d gradients for %d parameters", b, len(grads), len(o.params))
		}
		for i, g := range grads {
			p := &o.params[i]
			switch {
			case g == nil:
				return fmt.Errorf("optim: parameter %q: gradient of batch %d is nil", p.Name, b)
			case len(g) != len(p.Value):
				return fmt.Errorf("optim: parameter %q: gradient of batch %d has %d elements, the parameter %d",
					p.Name, b, len(g), len(p.Value))
			case overlap(g, p.Value):
				return fmt.Errorf("optim: parameter %q: gradient of batch %d overlaps the parameter in memory", p.Name, b)
			}
		}
	}
	return nil
}

// nextRate returns the learning rate of the next step.
func (o *Optimizer[T]) nextRate() (float64, error) {
	lr := o.schedule.Rate(o.rule.rate(), o.steps)
	if !(lr >= 0) || math.IsInf(float64(T(lr)), 0) {
		return 0, fmt.Errorf("optim: %s gives step %d the learning rate %v, want %s", typeName(o.schedule), o.steps+1, lr, nonNegative.want)
	}
	return lr, nil
}
