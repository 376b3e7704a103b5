package optim

import (
	"fmt"

	"github.com/seed63264101/steepest/optim/internal/packed"
)

// allocate gives parameters that are to be added zeroed state in their groups' formats, and
// lower halves to those that are to be split.
func (o *Optimizer[T]) allocate(added []parameter[T], groups []group[T], lens [][]int) {
	formats, signed := make([]Format, len(added)), make([][]bool, len(added))
	native, ofPacked := make([][]int, len(added)), make([][]int, len(added))
	for i := range added {
		g := &groups[added[i].group]
		names := g.rule.State()
		if formats[i] = g.format; g.format == Native || len(names) == 0 {
			native[i] = lens[i]
			continue
		}
		ofPacked[i] = lens[i][:len(names)] // scratch is the workers'
		if s, ok := g.rule.(Signer); ok {
			signed[i] = s.Signed()
		}
	}
	states, packedStates := newState[T](native), newPacked(formats, signed, ofPacked)
	for i := range added {
		p := &added[i]
		p.state = states[i]
		if p.BF16 != nil && p.Rest == nil && groups[p.group].split {
			p.mine.Rest = make([]int16, len(p.mine.BF16))
		}
		p.pack(packedStates[i])
	}
}

// pack notes what of a parameter is packed.
func (p *parameter[T]) pack(state []packed.Vector) {
	p.packing = nil
	if p.BF16 != nil || state != nil {
		p.packing = &packing{state: state}
	}
	if p.BF16 != nil {
		p.packing.values = packed.Vector{Number: packed.OfValues, BF16: p.mine.BF16, Rest: p.mine.Rest}
	}
}

// initialize sets the zeroed state of the parameter of an index to what it starts from, from
// the row on if it is a table that has grown.
func (o *Optimizer[T]) initialize(p *parameter[T], sample Updater[T], index, row int) {
	if _, ok := sample.(Initializer[T]); !ok {
		return
	}
	begin := func(n int) int { return n / p.dims[0] * row } // of the part of n elements
	values, state := p.mine.Value, make([][]T, 0, len(p.state))
	if p.BF16 != nil {
		values = make([]T, len(p.mine.BF16))
		p.packing.values.Decode(packed.Float32s(values))
	}
	for _, s := range p.state {
		state = append(state, s[begin(len(s)):])
	}
	if p.packing != nil {
		for _, s := range p.packing.state {
			state = append(state, make([]T, s.Len()-begin(s.Len())))
		}
	}
	if values = values[begin(len(values)):]; len(values) == 0 {
		return
	}
	initialize(sample, values, state)
	if p.packing != nil {
		for j, s := range p.packing.state {
			at := begin(s.Len())
			s.Part(at, s.Len()).Encode(packed.Float32s(state[j]), packed.Place{Seed: o.roundingSeed, Param: index, At: p.shard.first + at})
		}
	}
}

// rounds reports whether steps round anything by random bits.
func (o *Optimizer[T]) rounds() bool {
	for i := range o.params {
		if p := o.params[i].packing; p != nil && (p.state != nil || p.values.Rounds()) {
			return true
		}
	}
	return false
}

// checkFormat returns an error unless the group's rule has the formats of the parameter and its
// state.
func (g *group[T]) checkFormat(p Param[T]) error {
	rule := g.rule
	what := ""
	if p.BF16 != nil {
		what = "the parameter is BF16"
	}
	if g.format != Native && len(rule.State()) > 0 {
		what = fmt.Sprintf("the state is to be %v", g.format)
	}
	failed := func(format string, args ...any) error {
		return fmt.Errorf("optim: parameter %q: %s, and %w", p.Name, what, fmt.Errorf(format, args...))
	}
	_, measures := g.sample.(Measurer[T])
	_, whole := g.sample.(WholeUpdater[T])
	_, evaluates := g.sample.(Evaluator[T])
	switch {
	case what == "":
		return nil
	case p.BF16 != nil && p.Rest == nil && !g.split && g.bounds.set && isEmpty(g.lo16, g.hi16):
		return fmt.Errorf("optim: parameter %q: it is BF16, and Bounds = %v to %v has no bfloat16 within", p.Name, g.bounds.value.lo, g.bounds.value.hi)
	case measures || whole:
		return failed("%s needs whole parameters: want Native, or a rule that works element by element", rule.Name())
	case evaluates:
		return failed("%s has another point to evaluate at than to train at: want Native", rule.Name())
	case g.format != Int8 || len(rule.State()) == 0:
		return nil
	case p.Sparse:
		return failed("it is Sparse: want Native or BFloat16 for a table")
	}
	if err := checkHidden(rule, "Signed"); err != nil {
		return fmt.Errorf("%w (Int8)", err)
	}
	var signed []bool
	if s, ok := rule.(Signer); ok {
		signed = s.Signed()
	}
	if signed == nil {
		return failed("%s with these options does not suit 8 bits: want Native or BFloat16, or a rule that is a Signer: SGD, Momentum, RMSprop not Centered, Adam and AdamW without AMSGrad, NAdam, RAdam, Lion or one of your own", rule.Name())
	}
	if names := rule.State(); len(signed) != len(names) {
		return failed("Signed of %s has %d elements for its state vectors %q", rule.Name(), len(signed), names)
	}
	return nil
}
