package optim

import (
	"fmt"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/domain"
)

// A RuleFunc is a [Rule] of one function, to try an idea with. A rule with options of its own
// is better a struct: its options are checked, and a Snapshot keeps them.
//
// It is an error of [New] if RuleName is empty, LR is not a finite number >= 0, Update is nil,
// two Vectors have the same name or one has none, or the parameters are of another type than T.
type RuleFunc[T kernels.Float] struct {
	RuleName string   // for messages and saved state
	LR       float64  // before the schedule
	Vectors  []string // names of the state vectors, which start at zero
	Sparse   bool     // it may serve a Sparse parameter, of which it then gets row by row

	// Update takes a step for a part of a parameter, given the same parts of its gradient and
	// of each of Vectors. The gradient is still to be multiplied by Scale of the StepInfo.
	// Parts may run concurrently: it changes nothing else.
	Update func(s StepInfo, p, g []T, state [][]T)
}

// Name returns RuleName.
func (r RuleFunc[T]) Name() string { return r.RuleName }

// State returns Vectors.
func (r RuleFunc[T]) State() []string { return r.Vectors }

// LearningRate returns LR.
func (r RuleFunc[T]) LearningRate() float64 { return r.LR }

// Lazy returns Sparse.
func (r RuleFunc[T]) Lazy() bool { return r.Sparse }

// Float32 returns the updater, or an error if T is not float32.
func (r RuleFunc[T]) Float32() (Updater[float32], error) { return newFuncUpdater[float32](r) }

// Float64 returns the updater, or an error if T is not float64.
func (r RuleFunc[T]) Float64() (Updater[float64], error) { return newFuncUpdater[float64](r) }

func newFuncUpdater[U, T kernels.Float](r RuleFunc[T]) (Updater[U], error) {
	if r.Update == nil {
		return nil, fmt.Errorf("optim: RuleFunc %q: nil Update", r.RuleName)
	}
	if err := domain.Check[T](fmt.Sprintf("optim: RuleFunc %q", r.RuleName), domain.Of("LR", r.LR, domain.NonNegative)); err != nil {
		return nil, err
	}
	u, ok := any(&funcUpdater[T]{update: r.Update}).(Updater[U])
	if !ok {
		return nil, fmt.Errorf("optim: RuleFunc %q: its Update is for parameters of %T, not of %T", r.RuleName, T(0), U(0))
	}
	return u, nil
}

// A funcUpdater runs the function of a RuleFunc.
type funcUpdater[T kernels.Float] struct {
	update func(s StepInfo, p, g []T, state [][]T)
	step   StepInfo
}

func (u *funcUpdater[T]) Prepare(s StepInfo)           { u.step = s }
func (u *funcUpdater[T]) Update(p, g []T, state [][]T) { u.update(u.step, p, g, state) }
