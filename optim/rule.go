package optim

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// A Rule is an update rule with its options: one of the structs [SGD],
// [Momentum], [Adagrad], [RMSprop], [Adadelta], [Adam], [AdamW], [Adamax],
// [NAdam], [RAdam], [AdaBelief], [Lion], [FTRL], [LARS], [LAMB], [Prodigy],
// [ScheduleFreeAdamW], [Muon] and [Adafactor], or one of the user's own. A pointer to a
// struct that is a rule is taken for the value it points to, as it is when the optimizer
// gets it.
//
// A rule of the user's own takes part in everything: groups, clipping, workers,
// schedules, saved state, reports. Methods beside these, which a Rule or its Updater
// may have, let it do more; the package documentation lists them.
//
// The options that a Snapshot keeps are the exported fields of the rule's struct,
// those of embedded structs among them, also where a pointer or a Rule is embedded. One that
// another field of its name hides is kept as Adam.Beta1, say. LR and WeightDecay are left
// out, since they do not say what the state means, and so are fields that are no plain data:
// rules, functions, interfaces, pointers and channels, and what contains one.
type Rule interface {
	// Name returns the rule's name, which is not empty.
	Name() string
	// State returns the names of the vectors that the rule keeps for every
	// parameter, each as long as the parameter if StateShaper says nothing else. They
	// start at zero. The names differ, and are not empty and without dots. This package's
	// are torch's where torch has the rule.
	State() []string
	// LearningRate returns the learning rate before the schedule.
	LearningRate() float64
	// Float32 returns a new updater for parameters of float32, or an error that names
	// an option out of its domain. It depends on the options alone.
	Float32() (Updater[float32], error)
	// Float64 is Float32 for float64.
	Float64() (Updater[float64], error)
}

// A StepInfo is what the coefficients of a step depend on besides the options.
type StepInfo struct {
	Step  int     // number of this step for these parameters, from 1
	LR    float64 // learning rate, of the schedule and the parameters' group
	Scale float64 // multiplies the gradients
}

// signed returns Scale, negated in order to ascend.
func (s StepInfo) signed(maximize bool) float64 {
	if maximize {
		return -s.Scale
	}
	return s.Scale
}

// An Updater runs a rule on parameters that have the same options and have taken the
// same number of steps. After Prepare it only reads itself.
type Updater[T kernels.Float] interface {
	// Prepare computes the coefficients of one step. It is called once for every
	// step that is taken, in order, and not for skipped ones.
	Prepare(s StepInfo)
	// Update takes the prepared step for a part of a parameter, given the same parts
	// of its gradient and its state: the vectors of State and behind them those of
	// Scratcher. Parts are cut within the blocks of the kernels' reductions, the same
	// for any number of workers, and may run concurrently.
	Update(p, g []T, state [][]T)
}

// newUpdater returns the rule's updater for T, or an error of the rule's or about it.
func newUpdater[T kernels.Float](rule Rule) (Updater[T], error) {
	var made any
	var err error
	if is32[T]() {
		made, err = rule.Float32()
	} else {
		made, err = rule.Float64()
	}
	if err != nil {
		return nil, err
	}
	u, _ := made.(Updater[T])
	return u, checkRule(rule, u)
}

// plain returns the rule itself where it is given as a pointer, so that nothing
// changes an optimizer's options behind its back, or an error if there is none.
func plain(rule Rule) (Rule, error) {
	v := reflect.ValueOf(rule)
	if !v.IsValid() {
		return nil, fmt.Errorf("optim: nil Rule")
	}
	if hasNil(v) {
		return nil, fmt.Errorf("optim: nil Rule: %T is one or embeds one", rule)
	}
	if v.Kind() == reflect.Pointer {
		if value, ok := v.Elem().Interface().(Rule); ok {
			return value, nil
		}
	}
	return rule, nil // its methods want the pointer, if it is one
}

// hasNil reports whether a rule is nil or embeds one that is: its methods would panic.
func hasNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return v.IsNil() || hasNil(v.Elem())
	case reflect.Func:
		return v.IsNil()
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Anonymous && f.Type.Implements(reflect.TypeFor[Rule]()) && hasNil(v.Field(i)) {
				return true
			}
		}
	}
	return false
}

// valid returns the updater of one of this package's rules if the options are in
// their domains.
func valid[T kernels.Float](rule optioned, u Updater[T]) (Updater[T], error) {
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

// An optioned has numbers with domains for its options.
type optioned interface{ options() []domain.Number }

// checkOptions returns an error for an option out of its domain.
func checkOptions[T kernels.Float](v optioned) error {
	return domain.Check[T]("optim: "+typeName(v), v.options()...)
}

// floored returns a second moment rounded to T, and kept at or above what the kernels
// keep theirs at.
func floored[T kernels.Float](v float64) T { return max(T(v), generic.Floor[T]()) }

// blockLen returns the number of elements in a block of the kernels' reductions.
func blockLen[T kernels.Float]() int { return kernels.BlockBytes / int(unsafe.Sizeof(T(0))) }
