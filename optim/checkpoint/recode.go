package checkpoint

import (
	"fmt"
	"math"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// hasFormat reports whether anything in a snapshot has a format other than the run's type.
func hasFormat[T kernels.Float](s *optim.Snapshot[T]) bool {
	for i := range s.Params {
		if s.Params[i].BF16 != nil {
			return true
		}
	}
	for _, v := range statesOf(s) {
		if v.vector.Format != optim.Native {
			return true
		}
	}
	return false
}

// A state is a vector of a snapshot that may have a format. Its random bits are those of a
// parameter's step.
type state[T kernels.Float] struct {
	vector      *optim.StateSnapshot[T]
	key         [3]any // tells what the vector is
	param, step int
	number      int // of the rule's vectors
}

// statesOf lists the vectors that may have a format.
func statesOf[T kernels.Float](s *optim.Snapshot[T]) (list []state[T]) {
	for i := range s.Params {
		p := &s.Params[i]
		for j := range p.State {
			v := &p.State[j]
			list = append(list, state[T]{v, [3]any{"state", p.Name, v.Name}, i, p.Steps, j})
		}
	}
	for i := range s.Run {
		for j := range s.Run[i].Vectors {
			v := &s.Run[i].Vectors[j]
			list = append(list, state[T]{v, [3]any{"run", i, v.Name}, j, s.Steps, 0})
		}
	}
	for j := range s.ExtraVectors {
		v := &s.ExtraVectors[j]
		list = append(list, state[T]{v, [3]any{"extra", 0, v.Name}, j, s.Steps, 0})
	}
	return list
}

// decodeFormats puts everything that has a format into numbers of type T.
func decodeFormats[T kernels.Float](s *optim.Snapshot[T]) {
	for i := range s.Params {
		if p := &s.Params[i]; p.BF16 != nil {
			p.Value, p.BF16, p.Rest = toFloats[T](joined(p.BF16, p.Rest)), nil, nil
		}
	}
	for _, v := range statesOf(s) {
		if v.vector.Format != optim.Native {
			*v.vector = optim.StateSnapshot[T]{Name: v.vector.Name, Value: toFloats[T](decoded(v.vector))}
		}
	}
	s.RoundingSeed = 0
}

// toFloats returns the numbers in type T.
func toFloats[T kernels.Float](x []float32) []T {
	if y, ok := any(x).([]T); ok {
		return y
	}
	list := make([]T, len(x))
	for i, x := range x {
		list[i] = T(x)
	}
	return list
}

// decoded returns the numbers of a vector in a format.
func decoded[T kernels.Float](v *optim.StateSnapshot[T]) []float32 {
	return packed.Vector{BF16: v.BF16, Int8: v.Int8, Signed: v.Signed}.Floats()
}

// recodeFor gives a snapshot the formats that opt has.
func recodeFor[T kernels.Float](s *optim.Snapshot[T], opt Stateful[T]) error {
	narrow, ok := any(s).(*optim.Snapshot[float32])
	if !ok {
		return nil
	}
	like, err := opt.Snapshot()
	if err != nil {
		return err
	}
	return recode(narrow, any(like).(*optim.Snapshot[float32]))
}

// recode gives what is in a snapshot the formats that it has in another one of the same run.
// Where either lacks something, the difference is left to Restore. It is an error if a finite
// parameter is beyond the range of its format.
func recode(s, like *optim.Snapshot[float32]) error {
	if !hasFormat(s) {
		s.RoundingSeed = like.RoundingSeed
	}
	for i := range min(len(s.Params), len(like.Params)) {
		if err := recodeParam(&s.Params[i], &like.Params[i]); err != nil {
			return err
		}
	}
	want := make(map[[3]any]*optim.StateSnapshot[float32])
	for _, v := range statesOf(like) {
		want[v.key] = v.vector
	}
	for _, v := range statesOf(s) {
		if w := want[v.key]; w != nil && w.Format != v.vector.Format {
			x := v.vector.Value
			if v.vector.Format != optim.Native {
				x = decoded(v.vector)
			}
			*v.vector = v.encoded(x, w, s.RoundingSeed)
		}
	}
	return nil
}

// recodeParam gives a parameter the format of another one. Numbers are rounded to the nearest.
func recodeParam(p, like *optim.ParamSnapshot[float32]) error {
	if p.Name != like.Name || (p.BF16 == nil) == (like.BF16 == nil) && (p.Rest == nil) == (like.Rest == nil) {
		return nil
	}
	x := p.Value
	if p.BF16 != nil {
		x = joined(p.BF16, p.Rest)
	}
	p.Value, p.BF16, p.Rest = nil, nil, nil
	switch {
	case like.Rest != nil:
		p.BF16, p.Rest = splitOf(x)
	case like.BF16 != nil:
		p.BF16 = make([]kernels.BFloat16, len(x))
		kernels.RoundBF16(p.BF16, x)
		for i, y := range p.BF16 {
			if math.IsInf(float64(y.Float32()), 0) && !math.IsInf(float64(x[i]), 0) {
				return fmt.Errorf("parameter %q: element %d = %v is beyond the range of bfloat16", p.Name, i, x[i])
			}
		}
	default:
		p.Value = x
	}
	return nil
}

// encoded returns the vector with the numbers x in the format of another one. They are rounded
// as the parameter's last step rounds.
func (v state[T]) encoded(x []float32, like *optim.StateSnapshot[float32], seed uint64) optim.StateSnapshot[float32] {
	y := optim.StateSnapshot[float32]{Name: like.Name, Format: like.Format, Signed: like.Signed}
	switch like.Format {
	case optim.Native:
		y.Value = x
		return y
	case optim.BFloat16:
		y.BF16 = make([]kernels.BFloat16, len(x))
	case optim.Int8:
		y.Int8 = kernels.NewVector8(len(x))
	}
	packed.Vector{Number: v.number, BF16: y.BF16, Int8: y.Int8, Signed: y.Signed}.Encode(x, packed.Place{Seed: seed, Step: v.step, Param: v.param})
	return y
}
