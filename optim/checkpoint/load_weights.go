package checkpoint

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A LoadReport says what [LoadWeights] has found.
type LoadReport struct {
	Loaded     []string          // parameters, in their order
	Missing    []string          // parameters without a tensor, in their order
	Unexpected []string          // tensors without a parameter, in the order of their data
	Metadata   map[string]string // of the file
}

// LoadWeights reads the values of parameters from a safetensors file: one of [SaveWeights], of
// another program, or a checkpoint, whose tensors "model.NAME" have the names NAME here, and
// whose others are not looked at. On error no parameter has changed; the report says what is
// missing and unexpected also then.
//
// Each parameter wants a tensor of its name, type and shape, or of any shape with as many
// elements if its own is nil, and each tensor a parameter: [Partial] allows both to be alone.
// [Rename] maps names, and [Convert] types. A parameter of bfloat16 is of the type BF16, and
// one that has a Rest of F32, and takes BF16, too. Tensors of other types than the floats that
// Convert takes cannot be loaded, but may be left out.
//
// The values are all that an optimizer of any rule needs to begin with. It should be made
// after them: there are rules that keep copies of the values, and a step of theirs would go
// back to those.
func LoadWeights[T kernels.Float](path string, params []optim.Param[T], opts ...WeightsOption) (LoadReport, error) {
	report, err := loadWeights(path, params, opts)
	if err != nil {
		err = fmt.Errorf("weights %s: %w", path, err)
	}
	return report, err
}

func loadWeights[T kernels.Float](path string, params []optim.Param[T], opts []WeightsOption) (LoadReport, error) {
	o, err := newOptions(opts)
	if err != nil {
		return LoadReport{}, err
	}
	if err := checkParams(params); err != nil {
		return LoadReport{}, err
	}
	f, size, err := open(path)
	if err != nil {
		return LoadReport{}, err
	}
	defer f.Close()
	return decodeWeights(f, size, params, o)
}

// decodeWeights reads a file of the given size.
func decodeWeights[T kernels.Float](r io.ReaderAt, size int64, params []optim.Param[T], o options) (LoadReport, error) {
	h, err := readHeader(io.NewSectionReader(r, 0, size), size)
	if err != nil {
		return LoadReport{}, err
	}
	data := int64(len(h.raw))
	sources := sourcesOf(h.tensors)
	if h.metadata["format"] == format {
		if err := h.checkFormat(); err != nil {
			return LoadReport{}, err
		}
		if err := h.checkWhole(io.NewSectionReader(r, data, size-data)); err != nil {
			return LoadReport{}, err
		}
		if sources, err = modelOf(h.tensors); err != nil {
			return LoadReport{}, err
		}
	}
	found, report, err := matchWeights(sources, params, o)
	report.Metadata = h.metadata
	if err != nil {
		return report, err
	}

	// Nothing changes until all is read.
	read := make([]optim.Param[T], len(params))
	buf := make([]byte, chunkBytes)
	for i, s := range found {
		if s == nil {
			continue
		}
		read[i] = params[i]
		content, t, err := s.open(r, data, buf)
		if err == nil {
			err = valuesOf(&read[i]).read(content, t, buf)
		}
		if err != nil {
			return report, err
		}
	}
	for i, p := range read {
		copy(params[i].Value, p.Value)
		copy(params[i].BF16, p.BF16)
		copy(params[i].Rest, p.Rest)
		if found[i] != nil {
			report.Loaded = append(report.Loaded, params[i].Name)
		}
	}
	return report, nil
}

// matchWeights finds the tensor of each parameter, nil if there is none.
func matchWeights[T kernels.Float](sources []source, params []optim.Param[T], o options) (found []*source, report LoadReport, err error) {
	index := make(map[string]int)
	for i, p := range params {
		index[p.Name] = i
	}
	found = make([]*source, len(params))
	// The report is of all tensors, the error of the first that is wrong.
	failed := func(e error) { err = cmp.Or(err, e) }
	seen := make(map[string]string) // the file's names by what they became
	for k := range sources {
		t := &sources[k]
		name := t.name
		if o.rename != nil {
			if name = o.rename(name); name == "" {
				continue
			}
		}
		if other, ok := seen[name]; ok {
			failed(fmt.Errorf("tensors %q and %q are both renamed to %q", other, t.name, name))
			continue
		}
		seen[name] = t.name
		i, ok := index[name]
		if !ok {
			report.Unexpected = append(report.Unexpected, t.name)
			continue
		}
		failed(fits(*t, params[i], o.convert))
		found[i] = t
	}
	for i, t := range found {
		if t == nil {
			report.Missing = append(report.Missing, params[i].Name)
		}
	}
	if !o.partial && len(report.Missing)+len(report.Unexpected) > 0 {
		failed(fmt.Errorf("parameters without a tensor: %s; tensors without a parameter: %s", list(report.Missing), list(report.Unexpected)))
	}
	return found, report, err
}

// fits returns an error unless a tensor has the values of a parameter.
func fits[T kernels.Float](s source, p optim.Param[T], convert bool) error {
	failed := func(format string, args ...any) error {
		return fmt.Errorf("tensor %q for parameter %q: %w", s.name, p.Name, fmt.Errorf(format, args...))
	}
	want := valuesOf(&p).dtype()
	if got := s.numbers(); !becomes(got, p, convert) {
		if becomes(got, p, true) {
			return failed("the dtype is %s, want %s, or Convert", got, want)
		}
		return failed("the dtype is %s, want %s", got, want)
	}
	n, _ := count(s.shape)
	switch {
	case len(p.Shape) == 0 && n != int64(p.Len()):
		return failed("the shape %d has %d elements, want %d", s.shape, n, p.Len())
	case len(p.Shape) > 0 && !slices.EqualFunc(s.shape, p.Shape, func(a int64, b int) bool { return a == int64(b) }):
		return failed("the shape is %d, want %d", s.shape, p.Shape)
	}
	return nil
}

// list returns names for messages, not all if they are many.
func list(names []string) string {
	const most = 10
	switch n := len(names); {
	case n == 0:
		return "none"
	case n > most:
		return fmt.Sprintf("%q and %d more", names[:most], n-most)
	}
	return fmt.Sprintf("%q", names)
}
