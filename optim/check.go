package optim

import (
	"cmp"
	"fmt"
	"slices"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// CheckParams returns an error unless [New] accepts the parameters: there are some, each has
// a name of its own and values in one format, and no two overlap in memory.
func CheckParams[T kernels.Float](params []Param[T]) error {
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
		if err := p.checkValues(); err != nil {
			return err
		}
		if err := p.checkShape(); err != nil {
			return err
		}
	}
	// One vector under two names would be updated twice in every step.
	sorted := sortedSpans(params)
	for i := 1; i < len(sorted); i++ {
		switch a, b := sorted[i-1], sorted[i]; {
		case !a.overlaps(b):
		case a.param == b.param:
			return fmt.Errorf("optim: parameter %q: BF16 and Rest overlap in memory", params[a.param].Name)
		default:
			return fmt.Errorf("optim: parameters %q and %q overlap in memory", params[a.param].Name, params[b.param].Name)
		}
	}
	return nil
}

// A span is where a vector lies in memory: its first byte and its last. As
// numbers they keep nothing alive.
type span struct {
	first, last  uintptr
	batch, param int
}

func spanOf[E any](x []E, batch, param int) span {
	if len(x) == 0 {
		return span{batch: batch, param: param}
	}
	first := uintptr(unsafe.Pointer(unsafe.SliceData(x)))
	return span{first, first + uintptr(len(x))*unsafe.Sizeof(x[0]) - 1, batch, param}
}

func (s span) overlaps(t span) bool { return s.first <= t.last && t.first <= s.last }

func bySpan(a, b span) int { return cmp.Compare(a.first, b.first) }

// sortedSpans returns where the parameters lie, in the order of memory.
func sortedSpans[T kernels.Float](params []Param[T]) []span {
	var spans []span
	for i, p := range params {
		for _, s := range []span{spanOf(p.Value, 0, i), spanOf(p.BF16, 0, i), spanOf(p.Rest, 0, i)} {
			if s.last != 0 {
				spans = append(spans, s)
			}
		}
	}
	slices.SortFunc(spans, bySpan)
	return spans
}

// A memoryCheck looks for gradients that overlap where they may not. Gradients
// mostly lie where they lay in the last step, and then there is nothing to do.
type memoryCheck struct {
	lens   []int     // of the parameters' gradients, -1 if frozen
	params []span    // of the parameters, in the order of memory
	seen   []uintptr // places of the gradients that were found good
	given  []span    // of those to check
	sorted []span    // those again, in the order of memory
}

// newMemoryCheck returns a check of gradients for the parameters.
func newMemoryCheck[T kernels.Float](params []parameter[T]) memoryCheck {
	var m memoryCheck
	plain := make([]Param[T], len(params))
	for i, p := range params {
		n := p.Len()
		if p.frozen {
			n = -1
		} else if p.Sparse {
			n = 0
		}
		plain[i], m.lens = p.Param, append(m.lens, n)
	}
	m.params = sortedSpans(plain)
	return m
}

// addressOf returns the place in memory of a gradient, of one type or the other. The two have
// none in common: the first bytes of bfloat16 have even addresses.
func addressOf[T kernels.Float](g []T, g16 []kernels.BFloat16) uintptr {
	if len(g16) > 0 {
		return uintptr(unsafe.Pointer(unsafe.SliceData(g16))) | 1
	}
	return uintptr(unsafe.Pointer(unsafe.SliceData(g)))
}

// sameAsSeen reports whether all dense gradients have the right lengths and lie where
// good ones of the same type lay. It reads little memory: with many small parameters, that
// shows.
func sameAsSeen[T kernels.Float](m *memoryCheck, flat [][]T, flat16 [][]kernels.BFloat16) bool {
	if len(m.seen) != len(flat) {
		return false
	}
	for first := 0; first < len(flat); first += len(m.lens) {
		grads := flat[first:][:len(m.lens)]
		seen := m.seen[first:][:len(grads)]
		for i, g := range grads {
			n := m.lens[i]
			if n < 0 {
				continue
			}
			var g16 []kernels.BFloat16
			if len(flat16) > 0 {
				g16 = flat16[first+i]
			}
			if len(g)+len(g16) != n || len(g) > 0 && len(g16) > 0 || n > 0 && addressOf(g, g16) != seen[i] {
				return false
			}
		}
	}
	return true
}

// check returns two vectors in m.given that overlap, or a gradient and a parameter,
// or ok. Those among gradients matter if they are written to.
func (m *memoryCheck) check(written bool) (grad, other span, isParam, ok bool) {
	for _, g := range m.given {
		if g.last == 0 {
			continue // frozen or without rows
		}
		i, _ := slices.BinarySearchFunc(m.params, g, func(p, g span) int { return cmp.Compare(p.last, g.first) })
		if i < len(m.params) && m.params[i].overlaps(g) {
			return g, m.params[i], true, false
		}
	}
	if written {
		m.sorted = append(m.sorted[:0], m.given...)
		slices.SortFunc(m.sorted, bySpan)
		for i := 1; i < len(m.sorted); i++ {
			if a, b := m.sorted[i-1], m.sorted[i]; a.last != 0 && a.overlaps(b) {
				return a, b, false, false
			}
		}
	}
	return grad, other, false, true
}
