package checkpoint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/tree"
)

// A vector is what a tensor has the elements of, with the tensor's name and the shape of its
// parameter.
type vector struct {
	name  string
	shape []int
	store
}

// dims returns the shape of a vector's tensor with n elements: that of the parameter if it has
// as many, or else one dimension.
func (v vector) dims(n int64) []int64 {
	shape, ok := dims(v.shape)
	if k, fits := count(shape); !ok || !fits || k != n || len(shape) == 0 {
		return []int64{n}
	}
	return shape
}

// dims returns a shape as files have it, if none is negative.
func dims(shape []int) ([]int64, bool) {
	list := make([]int64, len(shape))
	for i, d := range shape {
		if d < 0 {
			return nil, false
		}
		list[i] = int64(d)
	}
	return list, true
}

// modelPrefix is what the names of tensors with parameters' values begin with.
const modelPrefix = "model."

// What stands before the name of a vector that is stored in parts.
const (
	restPrefix      = "rest."      // the lower halves of a split parameter
	codesPrefix     = "codes."     // of 8 bits
	exponentsPrefix = "exponents." // one for each block of codes
)

// vectorsOf lists a snapshot's vectors in the order of their data. A rule's
// vectors have no dot in their names, so that no two names are the same.
func vectorsOf[T kernels.Float](s *optim.Snapshot[T]) []vector {
	var list []vector
	shapes := make(map[string][]int)
	for i := range s.Params {
		p := &s.Params[i]
		shapes[p.Name] = p.Shape
		list = append(list, valuesIn(p)...)
	}
	for i := range s.Params {
		p := &s.Params[i]
		for j := range p.State {
			list = append(list, stateIn(p, j)...)
		}
		shape := p.Shape
		if p.Sparse && len(shape) == 2 {
			shape = []int{len(p.SumRows), shape[1]}
		}
		for j := range p.Sums {
			name := "grad." + p.Name
			if s.Order == optim.ReduceTree {
				name = fmt.Sprintf("grad.%d.%s", j, p.Name)
			}
			list = append(list, vector{name, shape, sliceOf[T]{&p.Sums[j]}})
		}
	}
	for i := range s.Run {
		for j := range s.Run[i].Vectors {
			v := &s.Run[i].Vectors[j]
			list = append(list, partsOf(fmt.Sprintf("run.%d.", i), shapes[v.Name], v)...)
		}
	}
	for i := range s.ExtraVectors {
		list = append(list, partsOf("extra.", nil, &s.ExtraVectors[i])...)
	}
	return list
}

// valuesIn lists what holds the values of a parameter.
func valuesIn[T kernels.Float](p *optim.ParamSnapshot[T]) []vector {
	name := modelPrefix + p.Name
	list := []vector{{name, p.Shape, sliceOf[T]{&p.Value}}}
	if p.BF16 != nil {
		list[0].store = sliceOf[kernels.BFloat16]{&p.BF16}
	}
	if p.Rest != nil {
		list = append(list, vector{restPrefix + name, p.Shape, sliceOf[int16]{&p.Rest}})
	}
	return list
}

// stateIn lists what holds the elements of a vector that the rule keeps for a parameter.
func stateIn[T kernels.Float](p *optim.ParamSnapshot[T], j int) []vector {
	return partsOf("state."+p.Name+".", p.Shape, &p.State[j])
}

// partsOf lists what holds the elements of a vector in its format.
func partsOf[T kernels.Float](prefix string, shape []int, v *optim.StateSnapshot[T]) []vector {
	name := prefix + v.Name
	switch v.Format {
	case optim.BFloat16:
		return []vector{{name, shape, sliceOf[kernels.BFloat16]{&v.BF16}}}
	case optim.Int8:
		return []vector{
			{codesPrefix + name, shape, sliceOf[uint8]{&v.Int8.Codes}},
			{exponentsPrefix + name, nil, sliceOf[uint8]{&v.Int8.Exponents}},
		}
	}
	return []vector{{name, shape, sliceOf[T]{&v.Value}}}
}

// layout returns the header of a snapshot's file, its digest still zeros, and
// the vectors behind it.
func layout[T kernels.Float](s *optim.Snapshot[T]) (*header, []vector, error) {
	about, err := describe(s)
	if err != nil {
		return nil, nil, err
	}
	h := &header{metadata: map[string]string{
		"format": format, "version": version, "optimizer": about, "sha256": noDigest,
	}}
	for i := range s.Params {
		if p := &s.Params[i]; len(p.Sums) != sumsOf(s, p) {
			return nil, nil, fmt.Errorf("parameter %q has %d sums of gradients, want %d", p.Name, len(p.Sums), sumsOf(s, p))
		}
	}
	vectors := vectorsOf(s)
	seen := make(map[string]bool)
	for _, v := range vectors {
		if seen[v.name] {
			return nil, nil, fmt.Errorf("tensor %q: the snapshot has it twice", v.name)
		}
		seen[v.name] = true
	}
	return h, vectors, place(h, vectors)
}

// place completes a header with the vectors' tensors, one behind the other.
func place(h *header, vectors []vector) error {
	var at int64
	for _, v := range vectors {
		n := int64(v.len())
		t := tensor{name: v.name, dtype: v.dtype(), shape: v.dims(n), begin: at, end: at + n*elementBits[v.dtype()]/8}
		h.tensors = append(h.tensors, t)
		at = t.end
	}
	return h.encode()
}

// sumsOf returns how many sums of accumulated gradients a parameter has.
func sumsOf[T kernels.Float](s *optim.Snapshot[T], p *optim.ParamSnapshot[T]) int {
	switch {
	case p.Frozen || s.Accumulated <= 0:
		return 0
	case s.Order == optim.ReduceTree:
		return len(tree.Span{Hi: s.Accumulated}.Grown(nil))
	}
	return 1
}

// findParams gives the parameters the parts that they have: of their values the tensors say so,
// the metadata do not.
func findParams[T kernels.Float](h *header, s *optim.Snapshot[T]) error {
	dtypes := make(map[string]string)
	for _, t := range h.tensors {
		dtypes[t.name] = t.dtype
	}
	sums := 0
	for i := range s.Params {
		p := &s.Params[i]
		if n := sumsOf(s, p); n > 0 {
			if sums += n; sums > len(h.tensors) { // before there is memory for them
				return fmt.Errorf("metadata list more than the %d tensors that there are", len(h.tensors))
			}
			p.Sums = make([][]T, n)
		}
		if dtypes[modelPrefix+p.Name] == dtype[kernels.BFloat16]() {
			p.BF16 = []kernels.BFloat16{}
			if _, ok := dtypes[restPrefix+modelPrefix+p.Name]; ok {
				p.Rest = []int16{}
			}
		}
	}
	return nil
}

// match finds the place of each tensor in the snapshot. Tensors and places must
// correspond.
func match[T kernels.Float](h *header, s *optim.Snapshot[T], o options) ([]vector, error) {
	places := make(map[string]vector)
	for _, v := range vectorsOf(s) {
		if _, ok := places[v.name]; ok {
			return nil, fmt.Errorf("metadata list tensor %q twice", v.name)
		}
		places[v.name] = v
	}
	list := make([]vector, len(h.tensors))
	lens := make(map[string]int64)
	for i, t := range h.tensors {
		v, ok := places[t.name]
		if !ok {
			return nil, fmt.Errorf("tensor %q is not in the metadata", t.name)
		}
		if err := hasType[T](v, t, o.convert); err != nil {
			return nil, err
		}
		n, _ := count(t.shape) // the header's check has found that it fits
		if want := v.dims(n); !slices.Equal(t.shape, want) {
			return nil, fmt.Errorf("tensor %q has the shape %d, want %d", t.name, t.shape, want)
		}
		lens[t.name] = n
		list[i] = v
		delete(places, t.name)
	}
	for _, v := range vectorsOf(s) {
		if _, ok := places[v.name]; ok {
			return nil, fmt.Errorf("tensor %q is missing", v.name)
		}
	}
	return list, checkParts(list, lens)
}

// hasType returns an error unless a tensor can be read into the vector that it is. What is
// no number of type T has a format, which other floats do not become.
func hasType[T kernels.Float](v vector, t tensor, convert bool) error {
	native := dtype[T]()
	switch want := v.dtype(); {
	case want != native && native == "F64" && !convert: // formats are float32's
		return fmt.Errorf("tensor %q has the dtype %s, want %s", t.name, t.dtype, native)
	case t.dtype == want, want == native && convertible[T](t.dtype, convert):
		return nil
	default:
		return fmt.Errorf("tensor %q has the dtype %s, want %s", t.name, t.dtype, want)
	}
}

// checkParts returns an error unless the parts of each vector, whose numbers of elements are
// given, fit together.
func checkParts(vectors []vector, lens map[string]int64) error {
	for _, v := range vectors {
		n := lens[v.name]
		var other string
		if base, ok := strings.CutPrefix(v.name, codesPrefix); ok {
			other, n = exponentsPrefix+base, (n+kernels.BlockLen8-1)/kernels.BlockLen8
		} else if base, ok := strings.CutPrefix(v.name, restPrefix); ok {
			other = base
		} else {
			continue
		}
		if got := lens[other]; got != n {
			return fmt.Errorf("tensor %q has %d elements, want %d for the %d of %q", other, got, n, lens[v.name], v.name)
		}
	}
	return nil
}
