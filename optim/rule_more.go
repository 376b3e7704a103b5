package optim

import "github.com/seed63264101/steepest/kernels"

// Methods that a Rule may have besides.

// A Decayer is a [Rule] with a weight decay, which groups may change.
type Decayer interface {
	// Decay returns the weight decay.
	Decay() float64
	// WithDecay returns the rule with another weight decay. It is of the same type:
	// a struct that embeds a rule needs a WithDecay of its own.
	WithDecay(w float64) Rule
}

// A Scratcher is a [Rule] that needs room for vectors as long as the parameter, which
// hold nothing from one step to the next and are not saved.
type Scratcher interface {
	// Scratch returns the number of vectors. They stand behind those of State.
	Scratch() int
}

// An L1Checker is a [Rule] that the option [L1] may not suit: one with such a penalty of
// its own, or one whose learning rate says nothing of the length of its steps.
type L1Checker interface {
	// CheckL1 returns an error that says why there can be no penalty of lambda, which
	// is 0 for none.
	CheckL1(lambda float64) error
}

// A StateShaper is a [Rule] whose state vectors have lengths of their own. Only steps of
// Sparse parameters, whose rows have equal parts of the vectors, and a [WholeUpdater] can
// tell which elements belong together.
type StateShaper interface {
	// StateLens returns the length of each of the vectors of State for a parameter of
	// the shape, which is never empty.
	StateLens(shape []int) []int
}

// A ShapeChooser is a [Rule] that leaves parameters of some shapes to another one, as
// one for matrices leaves vectors.
type ShapeChooser interface {
	// ForShape returns the rule for a parameter of the shape, which is never empty,
	// or an error if there is none. A struct that embeds a ShapeChooser needs a ForShape
	// of its own, since the embedded one would return itself, and that may not return the
	// embedded rule either, which is taken for this fault: a rule to choose belongs in a
	// field with a name.
	ForShape(shape []int) (Rule, error)
}

// A Lazy is a [Rule] that may serve parameters that are Sparse: its Update takes the step of a
// row at a time. Its updater is no [Measurer], [WholeUpdater] or [Evaluator] then. Of this
// package's rules that are
//
//	SGD         rows without a gradient would move by a weight decay alone
//	Adagrad     the same
//	RowAdagrad  Adagrad with one sum of squares for each row, and no weight decay
//	FTRL        rows without a gradient would not move at all
//	Adam        lazy, as torch.optim.SparseAdam: moments of other rows stay as they are
//	AdamW       lazy Adam with decoupled weight decay
type Lazy interface {
	// Lazy reports whether steps may leave out rows that have no gradient, and their
	// state.
	Lazy() bool
}

// A Signer is a [Rule] whose state may be kept in 8 bits ([Int8]): SGD, Momentum, RMSprop, Adam,
// AdamW, NAdam, RAdam and Lion are, and a rule of the user's may be. A vector of numbers without
// signs that differ by many powers of two, as a second moment, has codes of its own, in which
// what has not vanished never becomes 0. An average forgets the errors of the codes, which are
// up to an eighth of an element; a sum that only grows keeps them all, and a maximum keeps the
// greatest ones; a variance about an average that is off is off as well. Rules with such vectors
// are none.
type Signer interface {
	// Signed says of each of the vectors of State whether its elements may be negative. It
	// is nil if the rule, with its options, does not suit 8 bits.
	Signed() []bool
}

// Methods that an Updater may have besides.

// An Initializer is an [Updater] whose state does not start at zero.
type Initializer[T kernels.Float] interface {
	// Init sets the state of a parameter before its first step. It may be called on
	// another updater of the same rule than the one that takes the steps, and depends on
	// the options and the parameter alone.
	Init(p []T, state [][]T)
}

// A Carrier is an [Updater] that carries numbers from step to step, beside the count
// of steps and the state. A [Snapshot] keeps them.
type Carrier interface {
	// Carried returns the numbers, always the same ones, under names that differ. They
	// are read between steps, and set where a run goes on from a saved state.
	Carried() []Number
}

// A Number is one that an [Updater] carries from step to step. What is saved must be
// finite and at least Min.
type Number struct {
	Name  string
	Value *float64
	Min   float64
}

// A Measurer is an [Updater] that needs sums over whole parameters, or over all that
// it serves, before it can take the step: LARS and LAMB need norms. Every step then
// goes through all parameters twice. Update is not called.
type Measurer[T kernels.Float] interface {
	Updater[T]
	// Measure makes the first pass over a part, as Update makes the only one, and
	// returns two sums over the part. Sums over parts are added in the parts' order.
	Measure(p, g []T, state [][]T) [2]Sum
	// Conclude gets the sums over all parameters that have the rule and the same past, in
	// their order: they have taken the same number of steps, and what a Carrier carries is
	// the same. Their groups may differ in all but the rule, and so may the rule's weight
	// decay. Groups have updaters of their own, whose rates and scales differ: each gets the
	// same sums, of what each has measured. It runs between the passes and may change the
	// updater, what it carries by the sums and the options alone.
	Conclude(total [2]Sum)
	// Apply takes the step for a part, given the sums over the whole parameter.
	Apply(p, g []T, state [][]T, own [2]Sum)
}

// measureAndApply takes the prepared step for a whole parameter that shares the
// updater with no other.
func measureAndApply[T kernels.Float](u Measurer[T], p, g []T, state [][]T) {
	sums := u.Measure(p, g, state)
	u.Conclude(sums)
	u.Apply(p, g, state, sums)
}

// A WholeUpdater is an [Updater] that takes the step for a whole parameter at once, as
// rules for matrices do. Different parameters may run concurrently. Update is not
// called. It is no [Measurer].
type WholeUpdater[T kernels.Float] interface {
	Updater[T]
	// Scratch returns the number of elements that UpdateWhole needs for itself with a
	// parameter of the shape.
	Scratch(shape []int) int
	// UpdateWhole takes the prepared step. The parameter's Shape is never empty.
	// scratch has any values.
	UpdateWhole(p Param[T], g []T, state [][]T, scratch []T)
}

// An Evaluator is an [Updater] of a rule that takes gradients at another point than
// the one to evaluate; see [Optimizer.EvalMode].
type Evaluator[T kernels.Float] interface {
	// Evaluate changes a parameter from the first point to the second. It depends on
	// the options, the parameter and its state alone.
	Evaluate(p []T, state [][]T)
}

// carriedBy returns what an updater carries from step to step, usually nothing.
func carriedBy(u any) []Number {
	if c, ok := u.(Carrier); ok {
		return c.Carried()
	}
	return nil
}

// valuesCarriedBy appends the numbers that an updater carries to a list.
func valuesCarriedBy(u any, list []float64) []float64 {
	for _, n := range carriedBy(u) {
		list = append(list, *n.Value)
	}
	return list
}

// carry sets the numbers that an updater carries to those of a list.
func carry(u any, list []float64) {
	for i, n := range carriedBy(u) {
		if i < len(list) {
			*n.Value = list[i]
		}
	}
}

// initialize sets the zeroed state of a parameter to what it starts from.
func initialize[T kernels.Float](u Updater[T], p []T, state [][]T) {
	if u, ok := u.(Initializer[T]); ok {
		u.Init(p, state)
	}
}

// scratchOf returns the number of scratch vectors that a rule needs.
func scratchOf(rule Rule) int {
	if r, ok := rule.(Scratcher); ok {
		return r.Scratch()
	}
	return 0
}
