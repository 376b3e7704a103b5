package optim

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/internal/packed"
)

// compare returns an error unless an optimizer and its reports are where plain has got to, in
// the part that is the optimizer's.
func (tr *training[T]) compare(o *Optimizer[T], reports []string) error {
	for step, r := range reports {
		if r != tr.reports[step] {
			return fmt.Errorf("report %d is\n%s, want\n%s", step, r, tr.reports[step])
		}
	}
	if got, want := fmt.Sprint(o.steps, o.skipped, o.scaling), fmt.Sprint(tr.want.steps, tr.want.skipped, tr.want.scaling); got != want {
		return fmt.Errorf("steps, skipped ones and loss scale are %s, want %s", got, want)
	}
	for i := range o.params {
		if err := sameShard(&o.params[i], &tr.want.params[i], len(o.groups[o.params[i].group].rule.State())); err != nil {
			return fmt.Errorf("parameter %q of %d elements, of which those from %d to %d are updated here: %w",
				o.params[i].Name, o.params[i].Len(), o.params[i].shard.first, o.params[i].shard.first+o.params[i].mine.Len(), err)
		}
	}
	return nil
}

// sameShard returns an error unless the values of a parameter are those wanted, and the part of
// its state that is here is that of the whole.
func sameShard[T kernels.Float](got, want *parameter[T], vectors int) error {
	lo := got.shard.first
	hi := lo + got.mine.Len()
	same := func(what string, ok bool) error {
		if !ok {
			return fmt.Errorf("%s: other bits", what)
		}
		return nil
	}
	if got.steps != want.steps || got.frozen != want.frozen || fmt.Sprint(got.carried) != fmt.Sprint(want.carried) {
		return fmt.Errorf("%d steps, frozen: %v, carried %v, want %d, %v, %v", got.steps, got.frozen, got.carried, want.steps, want.frozen, want.carried)
	}
	errs := []error{
		same("values", sameBits(got.Value, want.Value)),
		same("values of bfloat16", slices.Equal(got.BF16, want.BF16)),
		same("lower halves", slices.Equal(got.Rest, want.Rest)),
	}
	if want.mine.Rest != nil {
		errs = append(errs, same("lower halves here", slices.Equal(got.mine.Rest, want.mine.Rest[lo:hi])))
	}
	for j := range vectors {
		what := fmt.Sprintf("state %d", j)
		switch {
		case want.state == nil:
			g, w := got.packing.state[j], packed.Vector{}
			if hi > lo {
				w = want.packing.state[j].Part(lo, hi)
			}
			errs = append(errs, same(what, slices.Equal(g.BF16, w.BF16) && slices.Equal(g.Int8.Codes, w.Int8.Codes) &&
				slices.Equal(g.Int8.Exponents, w.Int8.Exponents)))
		case len(want.state[j]) == want.Len():
			errs = append(errs, same(what, sameBits(got.state[j], want.state[j][lo:hi])))
		case hi-lo == want.Len():
			errs = append(errs, same(what, sameBits(got.state[j], want.state[j])))
		default:
			errs = append(errs, same(what, len(got.state[j]) == 0))
		}
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// sameBits reports whether vectors are the same, NaNs being one.
func sameBits[T kernels.Float](x, y []T) bool {
	return slices.EqualFunc(x, y, func(a, b T) bool {
		return math.Float64bits(float64(a)) == math.Float64bits(float64(b)) || a != a && b != b
	})
}

// checkShards returns an error unless each element is one rank's, and the cuts lie between blocks.
func checkShards[T kernels.Float](ranks []*Optimizer[T]) error {
	for i := range ranks[0].params {
		next := 0
		for r, o := range ranks {
			p := &o.params[i]
			_, whole := o.groups[p.group].sample.(WholeUpdater[T])
			switch n := p.mine.Len(); {
			case n > 0 && p.shard.first != next:
				return fmt.Errorf("rank %d of %d: the part of parameter %d begins at %d, want %d", r, len(ranks), i, p.shard.first, next)
			case n < p.Len() && (next%blockLen[T]() != 0 && next < p.Len() || whole && n > 0):
				return fmt.Errorf("rank %d of %d: parameter %d is cut at %d", r, len(ranks), i, next)
			default:
				next += n
			}
		}
		if n := ranks[0].params[i].Len(); next != n {
			return fmt.Errorf("%d ranks have %d elements of parameter %d, want %d", len(ranks), next, i, n)
		}
	}
	return nil
}
