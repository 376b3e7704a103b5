package checkpoint

import "fmt"

// A WeightsOption says which tensors [LoadWeights] takes for which parameters.
type WeightsOption interface{ set(*options) }

// A LoadOption says how [Load], [LoadLatest] and [Read] read a checkpoint. [LoadWeights] takes
// it, too.
type LoadOption interface {
	WeightsOption
	whole()
}

type options struct {
	convert, partial bool
	rename           func(string) string // nil for the names as they are
}

// A weightsOption is good for weights alone.
type weightsOption func(*options)

func (f weightsOption) set(o *options) { f(o) }

// A loadOption is good for whole checkpoints, too.
type loadOption struct{ weightsOption }

func (loadOption) whole() {}

// Convert allows tensors of the other float type: a float32 run goes on in float64, and the
// other way. [LoadWeights] takes F16 and BF16, too, and into parameters of bfloat16 all of
// them. Numbers are rounded to the nearest; it is an error, with the tensor and the element,
// if a finite one is beyond the range of the type that it is to have.
//
// All that is in a checkpoint is converted: state, gradients, the averages of a train.Run, and
// extra vectors. A second moment below the floor of float32's (see package kernels), or an
// average that vanishes there, is what a float32 run could have, too: the next step takes it
// as it takes the zeros of a new optimizer. What a rule has from its type, as Adafactor has an
// Eps1 of 0, is that of the new type.
//
// [Load] and [LoadLatest] also give parameters and state the formats that the optimizer of
// float32 has: a run begins in float32 and goes on with state of 8 bits, or the other way.
// What has its format already keeps every bit. Parameters are rounded to the nearest, and
// state as a step rounds it, by the run's seed: that of the file, or, if nothing there is
// rounded, the optimizer's. [Read] knows no optimizer and leaves formats as they are, but for
// float64, which has none.
func Convert() LoadOption {
	return loadOption{func(o *options) { o.convert = true }}
}

// Partial allows parameters that the file has no tensor for, which stay as they are, and
// tensors that no parameter wants. The [LoadReport] lists both.
func Partial() WeightsOption {
	return weightsOption(func(o *options) { o.partial = true })
}

// Rename gives the tensors the names that f returns, by which they find their parameters. What
// f returns "" for is left out: it is not even unexpected.
func Rename(f func(name string) string) WeightsOption {
	if f == nil {
		return nil
	}
	return weightsOption(func(o *options) { o.rename = f })
}

func newOptions[O WeightsOption](list []O) (options, error) {
	var o options
	for _, opt := range list {
		if any(opt) == nil {
			return o, fmt.Errorf("nil option")
		}
		opt.set(&o)
	}
	return o, nil
}
