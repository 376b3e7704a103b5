package checkpoint

import (
	"fmt"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A vector is a place in a snapshot with the name of its tensor, and the shape of its
// parameter.
type vector[T kernels.Float] struct {
	name  string
	shape []int
	data  *[]T
}

// dims returns the shape of a vector's tensor with n elements: that of the parameter if it has
// as many, or else one dimension.
func (v vector[T]) dims(n int64) []int64 {
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

// vectorsOf lists a snapshot's vectors in the order of their data. A rule's
// vectors have no dot in their names, so that no two names are the same.
func vectorsOf[T kernels.Float](s *optim.Snapshot[T]) []vector[T] {
	var list []vector[T]
	shapes := make(map[string][]int)
	for i := range s.Params {
		p := &s.Params[i]
		shapes[p.Name] = p.Shape
		list = append(list, vector[T]{modelPrefix + p.Name, p.Shape, &p.Value})
	}
	for i := range s.Params {
		p := &s.Params[i]
		for j := range p.State {
			v := &p.State[j]
			list = append(list, vector[T]{"state." + p.Name + "." + v.Name, p.Shape, &v.Value})
		}
		if s.Accumulated > 0 && !p.Frozen {
			shape := p.Shape
			if p.Sparse && len(shape) == 2 {
				shape = []int{len(p.SumRows), shape[1]}
			}
			list = append(list, vector[T]{"grad." + p.Name, shape, &p.Sum})
		}
	}
	for i := range s.Run {
		for j := range s.Run[i].Vectors {
			v := &s.Run[i].Vectors[j]
			list = append(list, vector[T]{fmt.Sprintf("run.%d.%s", i, v.Name), shapes[v.Name], &v.Value})
		}
	}
	for i := range s.ExtraVectors {
		v := &s.ExtraVectors[i]
		list = append(list, vector[T]{"extra." + v.Name, nil, &v.Value})
	}
	return list
}

// layout returns the header of a snapshot's file, its digest still zeros, and
// the vectors behind it.
func layout[T kernels.Float](s *optim.Snapshot[T]) (*header, []vector[T], error) {
	about, err := describe(s)
	if err != nil {
		return nil, nil, err
	}
	h := &header{metadata: map[string]string{
		"format": format, "version": version, "optimizer": about, "sha256": noDigest,
	}}
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
func place[T kernels.Float](h *header, vectors []vector[T]) error {
	var at int64
	for _, v := range vectors {
		n := len(*v.data)
		t := tensor{name: v.name, dtype: dtype[T](), shape: v.dims(int64(n)), begin: at, end: at + byteSize[T](n)}
		h.tensors = append(h.tensors, t)
		at = t.end
	}
	return h.encode()
}

// match finds the place of each tensor in the snapshot. Tensors and places must
// correspond.
func match[T kernels.Float](h *header, s *optim.Snapshot[T], o options) ([]vector[T], error) {
	places := make(map[string]vector[T])
	for _, v := range vectorsOf(s) {
		if _, ok := places[v.name]; ok {
			return nil, fmt.Errorf("metadata list tensor %q twice", v.name)
		}
		places[v.name] = v
	}
	list := make([]vector[T], len(h.tensors))
	for i, t := range h.tensors {
		v, ok := places[t.name]
		switch {
		case !ok:
			return nil, fmt.Errorf("tensor %q is not in the metadata", t.name)
		case !convertible[T](t.dtype, o.convert):
			return nil, fmt.Errorf("tensor %q has the dtype %s, want %s", t.name, t.dtype, dtype[T]())
		}
		n, _ := count(t.shape) // the header's check has found that it fits
		if want := v.dims(n); !slices.Equal(t.shape, want) {
			return nil, fmt.Errorf("tensor %q has the shape %d, want %d", t.name, t.shape, want)
		}
		list[i] = v
		delete(places, t.name)
	}
	for _, v := range vectorsOf(s) {
		if _, ok := places[v.name]; ok {
			return nil, fmt.Errorf("tensor %q is missing", v.name)
		}
	}
	return list, nil
}
