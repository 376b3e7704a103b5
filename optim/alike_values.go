package optim

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"

	"github.com/seed63264101/steepest/kernels"
)

// hashStart begins a hash.
const hashStart = 14695981039346656037

// mix adds a word to a hash: the product with a number of many ones, both halves of which become
// one. So every bit of the word reaches all of the hash.
func mix(h, word uint64) uint64 {
	upper, lower := bits.Mul64(h^word, 0x9e3779b97f4a7c15)
	return upper ^ lower
}

// mixFloats adds elements to a hash. NaNs are alike: their bits differ between the levels.
func mixFloats[T kernels.Float](h uint64, x []T) uint64 {
	for _, v := range x {
		word := uint64(math.MaxUint64)
		if v == v {
			word = math.Float64bits(float64(v))
		}
		h = mix(h, word)
	}
	return h
}

// mixWhole adds whole numbers to a hash.
func mixWhole[E uint8 | int16 | kernels.BFloat16](h uint64, x []E) uint64 {
	for _, v := range x {
		h = mix(h, uint64(v))
	}
	return h
}

// mix adds a vector to a hash.
func (s *StateSnapshot[T]) mix(h uint64) uint64 {
	h = mix(mixFloats(h, s.Value), uint64(s.Format))
	h = mixWhole(h, s.BF16)
	return mixWhole(mixWhole(h, s.Int8.Codes), s.Int8.Exponents)
}

// hashPart returns a hash of the values lo to hi of a parameter, and of their lower halves if
// these are the caller's.
func (p *parameter[T]) hashPart(lo, hi int) uint64 {
	h := uint64(hashStart)
	if p.Value != nil {
		h = mixFloats(h, p.Value[lo:hi])
	}
	if p.BF16 != nil {
		for _, v := range p.BF16[lo:hi] {
			h = mixFloats(h, []float32{v.Float32()})
		}
	}
	if p.Rest != nil {
		h = mixWhole(h, p.Rest[lo:hi])
	}
	return h
}

// textAt returns an element in words.
func (p *parameter[T]) textAt(i int) string {
	switch {
	case p.Rest != nil:
		return fmt.Sprintf("%v with the lower half %d", p.BF16[i].Float32(), p.Rest[i])
	case p.BF16 != nil:
		return fmt.Sprint(p.BF16[i].Float32())
	}
	return fmt.Sprint(p.Value[i])
}

// compareValues returns an error that names the first element in which a rank differs from rank 0,
// or nil if there is none.
func (w *world[T]) compareValues(o *Optimizer[T]) error {
	hashes := make([]uint64, len(o.params))
	all := uint64(hashStart)
	for i := range o.params {
		hashes[i] = o.params[i].hashPart(0, o.params[i].Len())
		all = mix(all, hashes[i])
	}
	other := w.firstOther(all)
	if other < 0 {
		return w.err
	}
	of := func(lo, hi int) (h uint64) { // of parameters
		for _, one := range hashes[lo:hi] {
			h = mix(h, one)
		}
		return h
	}
	i := w.firstDifference(other, len(o.params), of)
	p := &o.params[i]
	at := w.firstDifference(other, p.Len(), p.hashPart)
	texts := w.gatherTexts([]byte(p.textAt(at)))
	if w.err != nil {
		return w.err
	}
	return fmt.Errorf("optim: parameter %q: element %d is %s on rank %d, and %s on rank 0", p.Name, at, texts[other], other, texts[0])
}

// firstDifference returns the index of the first of n things that a rank has otherwise than rank
// 0, given a hash of those from lo to hi. All ranks halve the range that it is in together.
func (w *world[T]) firstDifference(other, n int, hash func(lo, hi int) uint64) int {
	counts := make([]int, w.size)
	counts[0], counts[other] = 8, 8
	lo, hi := 0, n
	for hi-lo > 1 && w.err == nil {
		mid := lo + (hi-lo)/2
		var mine []byte
		if counts[w.rank] > 0 {
			mine = binary.LittleEndian.AppendUint64(nil, hash(lo, mid))
		}
		if parts := w.gatherBytes(mine, counts); parts != nil && string(parts[0]) == string(parts[other]) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}
