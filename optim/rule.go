package optim

import (
	"fmt"
	"unsafe"

	"github.com/seed63264101/steepest/optim/internal/domain"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
)

// A Rule is an update rule with its options: one of the structs [SGD],
// [Momentum], [Adagrad], [RMSprop], [Adadelta], [Adam], [AdamW], [Adamax],
// [NAdam], [RAdam], [Lion], [LARS], [LAMB] and [ScheduleFreeAdamW]. Its methods
// serve this package.
type Rule interface {
	// Name returns the rule's name.
	Name() string
	// State returns the names of the vectors that the rule keeps for every
	// parameter, each as long as the parameter. The names are torch's where torch
	// has the rule.
	State() []string

	// rate returns the learning rate before the schedule.
	rate() float64
	// options lists the numeric options for checking.
	options() []domain.Number
}

// An updater runs one rule on elements of one type. After prepare it only reads
// itself.
type updater[T kernels.Float] interface {
	// prepare computes the coefficients of one step. It is called once for every
	// step that is taken, in order, and not for skipped ones.
	prepare(tick)
	// update takes the prepared step for a parameter, or for any part of one that
	// is cut at the blocks of the kernels' reductions. Parts may run concurrently.
	// The parameter of a trustUpdater must be whole.
	update(p, g []T, state [][]T)
}

// A trustUpdater scales a parameter's step by norms of the whole parameter, in
// two passes.
type trustUpdater[T kernels.Float] interface {
	updater[T]
	// direct runs the pass that finds the direction, on a part as update does, and
	// returns the sums of squares of that part of the parameter and of its
	// direction. The direction of LARS is the gradient: there the pass only reads.
	direct(p, g []T, state [][]T) (pp, dd squares)
	// apply takes the step along the direction for a part, given the sums over the
	// whole parameter. The parts' sums must be added in an order that does not
	// depend on who computed them.
	apply(p, g []T, state [][]T, pp, dd squares)
}

// updateWhole takes the prepared step for a whole parameter.
func updateWhole[T kernels.Float](u trustUpdater[T], p, g []T, state [][]T) {
	pp, dd := u.direct(p, g, state)
	u.apply(p, g, state, pp, dd)
}

// blockLen returns the number of elements in a block of the kernels' reductions.
func blockLen[T kernels.Float]() int { return kernels.BlockBytes / int(unsafe.Sizeof(T(0))) }

// slots returns the number of state vectors that a rule needs: those of State,
// and behind them scratch vectors, which are not worth saving.
func slots(rule Rule) int {
	n := len(rule.State())
	if r, ok := rule.(interface{ scratch() int }); ok {
		n += r.scratch()
	}
	return n
}

// initState sets a parameter's zeroed state to what it starts from, which for
// most rules is zero.
func initState[T kernels.Float](u updater[T], p []T, state [][]T) {
	if u, ok := u.(interface{ initState(p []T, state [][]T) }); ok {
		u.initState(p, state)
	}
}

// A carrier is an updater that carries numbers from one step to the next, beside
// the count of steps and the state vectors. A saved state must hold them.
type carrier interface {
	carried() []carriedNumber
}

type carriedNumber struct {
	name  string
	value *float64
	domain.Domain
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
	case Adagrad:
		u = &adagrad[T]{rule: r}
	case RMSprop:
		u = &rmsprop[T]{rule: r}
	case Adadelta:
		u = &adadelta[T]{rule: r}
	case Adam:
		u = &adam[T]{opts: r.kernelOptions(), amsgrad: r.AMSGrad}
	case AdamW:
		u = &adam[T]{opts: r.kernelOptions(), amsgrad: r.AMSGrad}
	case Adamax:
		u = &adamax[T]{opts: r.kernelOptions()}
	case NAdam:
		u = &nadam[T]{opts: r.kernelOptions()}
	case RAdam:
		u = &radam[T]{opts: r.kernelOptions()}
	case Lion:
		u = &lion[T]{rule: r}
	case LARS:
		u = &lars[T]{rule: r}
	case LAMB:
		u = &lamb[T]{opts: r.kernelOptions()}
	case ScheduleFreeAdamW:
		u = &scheduleFree[T]{rule: r}
	default:
		// Pointers to the option structs have the methods of Rule too.
		return nil, fmt.Errorf("optim: %T is no rule, want one of this package's structs (the value, not a pointer)", rule)
	}
	if err := checkOptions[T](rule); err != nil {
		return nil, err
	}
	return u, nil
}

// beta2Beside returns the domain of the decay of a second average beside that of a
// first one. Without either a step is little more than the gradient's sign: both
// were rather forgotten.
func beta2Beside(beta1 float64) domain.Domain {
	if beta1 != 0 {
		return domain.Fraction
	}
	return domain.Where("a number in (0, 1) where Beta1 is 0", domain.OpenFraction.Has)
}

// checkOptions checks the options of anything that has some.
func checkOptions[T kernels.Float](v any) error {
	if v, ok := v.(interface{ options() []domain.Number }); ok {
		for _, o := range v.options() {
			if err := domain.Check[T]("optim: "+typeName(v), o); err != nil {
				return err
			}
		}
	}
	return nil
}

// floored returns a second moment rounded to T, and kept at or above what the kernels
// keep theirs at.
func floored[T kernels.Float](v float64) T { return max(T(v), generic.Floor[T]()) }
