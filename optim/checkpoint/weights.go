package checkpoint

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"unicode/utf8"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/files"
)

// A SaveOption adds to what [SaveWeights] writes.
type SaveOption func(map[string]string)

// Metadata adds texts to the file, which [LoadReport] gives back. Some programs in Python want
// a "format" of "pt".
func Metadata(entries map[string]string) SaveOption {
	return func(m map[string]string) { maps.Copy(m, entries) }
}

// SaveWeights writes the values of parameters to a file, and replaces the one that may be
// there as [Write] does. It is a plain safetensors file, which other programs read: a tensor
// for each parameter with its name and shape, one dimension if that is nil, in their order.
// Parameters of bfloat16 are tensors of BF16. One that has a Rest is F32, so that nothing is
// lost; without the Rest it is BF16, too.
//
// While an optimizer trains with a rule such as ScheduleFreeAdamW, the values are not those to
// evaluate with: optim.Optimizer.EvalMode sets those. An average has parameters of its own,
// train.WeightAverage.Params.
func SaveWeights[T kernels.Float](path string, params []optim.Param[T], opts ...SaveOption) error {
	h, vectors, err := weightsLayout(params, opts)
	if err == nil {
		err = files.Replace(path, func(f *os.File) error { return writeAll(f, h, vectors) })
	}
	if err != nil {
		return fmt.Errorf("weights %s: %w", path, err)
	}
	return nil
}

func weightsLayout[T kernels.Float](params []optim.Param[T], opts []SaveOption) (*header, []vector, error) {
	if err := checkParams(params); err != nil {
		return nil, nil, err
	}
	metadata := make(map[string]string)
	for _, opt := range opts {
		if opt == nil {
			return nil, nil, fmt.Errorf("nil option")
		}
		opt(metadata)
	}
	for _, name := range slices.Sorted(maps.Keys(metadata)) {
		if !utf8.ValidString(name) || !utf8.ValidString(metadata[name]) {
			return nil, nil, fmt.Errorf("metadata entry %q: %q is not UTF-8", name, metadata[name])
		}
	}
	if metadata["format"] == format {
		return nil, nil, fmt.Errorf("metadata entry \"format\": %q is that of a checkpoint", format)
	}
	h := new(header)
	if len(metadata) > 0 {
		h.metadata = metadata
	}
	vectors := make([]vector, len(params))
	for i := range params {
		vectors[i] = vector{params[i].Name, params[i].Shape, valuesOf(&params[i])}
	}
	return h, vectors, place(h, vectors)
}

// checkParams returns an error unless the parameters can be those of a file.
func checkParams[T kernels.Float](params []optim.Param[T]) error {
	seen := make(map[string]bool)
	for _, p := range params {
		switch {
		case p.Name == metadataKey || !utf8.ValidString(p.Name):
			return fmt.Errorf("parameter %q: no tensor can have this name", p.Name)
		case seen[p.Name]:
			return fmt.Errorf("parameter %q: twice", p.Name)
		}
		seen[p.Name] = true
		shape, ok := dims(p.Shape)
		if n, fits := count(shape); len(p.Shape) > 0 && (!ok || !fits || n != int64(p.Len())) {
			return fmt.Errorf("parameter %q: the shape %v is not that of %d elements", p.Name, p.Shape, p.Len())
		}
		if err := checkValues(p); err != nil {
			return fmt.Errorf("parameter %q: %w", p.Name, err)
		}
	}
	return nil
}

// checkValues returns an error unless a parameter has one format, which an element of type T
// can have.
func checkValues[T kernels.Float](p optim.Param[T]) error {
	switch {
	case p.BF16 != nil && dtype[T]() != "F32":
		return fmt.Errorf("BF16 is for float32 alone")
	case p.BF16 != nil && p.Value != nil:
		return fmt.Errorf("it has both Value and BF16")
	case p.Rest != nil && len(p.Rest) != len(p.BF16):
		return fmt.Errorf("the Rest has %d elements, want the %d of BF16", len(p.Rest), len(p.BF16))
	}
	return nil
}

// valuesOf returns the elements of a parameter as a file of weights has them.
func valuesOf[T kernels.Float](p *optim.Param[T]) store {
	switch {
	case p.Rest != nil:
		return split{&p.BF16, &p.Rest}
	case p.BF16 != nil:
		return sliceOf[kernels.BFloat16]{&p.BF16}
	}
	return sliceOf[T]{&p.Value}
}
