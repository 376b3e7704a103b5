package checkpoint

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A source is a tensor of weights. A checkpoint may have the lower halves of its numbers in
// another one.
type source struct {
	tensor
	rest *tensor
}

// numbers returns the dtype of the numbers.
func (s source) numbers() string {
	if s.rest != nil {
		return dtype[float32]()
	}
	return s.dtype
}

// sourcesOf returns the tensors of a plain file.
func sourcesOf(tensors []tensor) []source {
	list := make([]source, len(tensors))
	for i, t := range tensors {
		list[i].tensor = t
	}
	return list
}

// modelOf returns the tensors of a checkpoint that are values of parameters, under the
// parameters' names.
func modelOf(tensors []tensor) (list []source, err error) {
	rests := make(map[string]*tensor)
	for i, t := range tensors {
		if name, ok := strings.CutPrefix(t.name, restPrefix+modelPrefix); ok {
			rests[name] = &tensors[i]
		}
	}
	for _, t := range tensors {
		name, ok := strings.CutPrefix(t.name, modelPrefix)
		if !ok {
			continue
		}
		rest := rests[name]
		if rest != nil {
			n, _ := count(t.shape)
			if m, _ := count(rest.shape); m != n || t.dtype != dtype[kernels.BFloat16]() || rest.dtype != dtype[int16]() {
				return nil, fmt.Errorf("tensor %q has %d elements of %s, want %d of I16 for those of BF16 of %q", rest.name, m, rest.dtype, n, t.name)
			}
		}
		t.name = name
		list = append(list, source{t, rest})
	}
	return list, nil
}

// becomes reports whether numbers of a dtype can be those of a parameter. One that is split
// has all bfloat16s, too.
func becomes[T kernels.Float](dtype string, p optim.Param[T], convert bool) bool {
	switch {
	case p.Rest != nil:
		return convertible[float32](dtype, convert) || convertible[kernels.BFloat16](dtype, convert)
	case p.BF16 != nil:
		return convertible[kernels.BFloat16](dtype, convert)
	}
	return convertible[T](dtype, convert)
}

// open returns what the numbers are read from, as a tensor of their dtype. The file's data
// begin at an offset.
func (s source) open(file io.ReaderAt, data int64, buf []byte) (io.Reader, tensor, error) {
	at := func(t tensor) io.Reader { return io.NewSectionReader(file, data+t.begin, t.end-t.begin) }
	if s.rest == nil {
		return at(s.tensor), s.tensor, nil
	}
	t := tensor{name: s.name, dtype: s.numbers(), shape: s.shape, end: 2 * (s.end - s.begin)}
	hi, err := readVector[kernels.BFloat16](at(s.tensor), s.tensor, buf)
	if err != nil {
		return nil, t, err
	}
	rest, err := readVector[int16](at(*s.rest), *s.rest, buf)
	if err != nil {
		return nil, t, err
	}
	var whole bytes.Buffer
	return &whole, t, writeVector(&whole, joined(hi, rest), buf)
}
