package optim

import (
	"fmt"

	"github.com/seed63264101/steepest/kernels"
)

// A Format says how the numbers of a state vector are kept in memory.
type Format int

// The formats. Those of fewer bits than float32 are of optimizers of float32 alone. A step in
// them is the step of float32, which finds the state decoded and leaves it to be coded again,
// rounded up or down at random so that the mean is exact: see [WithRoundingSeed].
const (
	// Native is the type of the optimizer's elements: float32, by whose name it goes, or
	// float64 in an Optimizer[float64].
	Native Format = iota
	// BFloat16 is kernels.BFloat16, of 16 bits: half of float32's memory at its range, and
	// an error below 1/128.
	BFloat16
	// Int8 is a code of 8 bits for each element, and one exponent for 256 of them: see
	// kernels.QuantizeSigned and kernels.QuantizeUnsigned. It is for rules that are a
	// [Signer]. Where one element becomes infinite or NaN, all that share its exponent
	// become NaN, and so do their parameters in the next step.
	Int8
)

var formatNames = [...]string{Native: "float32", BFloat16: "bfloat16", Int8: "int8"}

// String returns the format's name: float32, bfloat16 or int8.
func (f Format) String() string {
	if f.isValid() {
		return formatNames[f]
	}
	return fmt.Sprintf("Format(%d)", int(f))
}

func (f Format) isValid() bool { return f >= 0 && int(f) < len(formatNames) }

// ParseFormat returns the format of a name, or an error that says which there are. bf16 is
// another name of bfloat16.
func ParseFormat(name string) (Format, error) {
	if name == "bf16" {
		return BFloat16, nil
	}
	for f, have := range formatNames {
		if name == have {
			return Format(f), nil
		}
	}
	return Native, fmt.Errorf("optim: the format %q, want float32, bfloat16 or int8", name)
}

// MarshalText returns the name.
func (f Format) MarshalText() ([]byte, error) {
	if !f.isValid() {
		return nil, fmt.Errorf("optim: %v, want Native, BFloat16 or Int8", f)
	}
	return []byte(f.String()), nil
}

// UnmarshalText is the inverse of MarshalText.
func (f *Format) UnmarshalText(text []byte) error {
	parsed, err := ParseFormat(string(text))
	if err == nil {
		*f = parsed
	}
	return err
}

// WithStateFormat sets how the rule's state is kept: Native without it. Momentum, Adam, AdamW
// and Lion have fused kernels for BFloat16 and Int8; for BFloat16 every other rule that works
// element by element is decoded and coded in pieces that stay in the first-level cache, and for
// Int8 those that are a [Signer]. [New] says so where a parameter's rule does not have the
// format. RULES.md has the bytes.
func WithStateFormat(f Format) Option { return func(c *config) { c.format = f } }

// GroupStateFormat is [WithStateFormat] for a group's parameters, in the place of the
// optimizer's.
func GroupStateFormat(f Format) GroupOption {
	return func(s *setting) { s.format = optional[Format]{true, f} }
}

// WithSplitParams keeps the lower halves of the parameters that are BF16 in vectors of the
// optimizer's own, 2 bytes an element: their steps are those of float32, to the bit, and the
// parameters their nearest bfloat16, but for ties. Without it a step rounds them stochastically.
// It changes nothing for parameters that have a Value.
//
// A parameter whose Param has a Rest is split in any case, and who writes to its BF16 between
// steps, as one who loads weights does, should give it one: the optimizer's own lower halves
// would be those of the values before.
func WithSplitParams() Option { return func(c *config) { c.split = true } }

// GroupSplitParams is [WithSplitParams] for a group's parameters.
func GroupSplitParams() GroupOption {
	return func(s *setting) { s.split = true }
}

// WithRoundingSeed sets the seed of the random bits by which state and parameters are rounded;
// 0 without it. They are a function of the seed, the step of the parameter, its index and the
// element's, see [kernels.NewRounding]: the same on every machine and for any number of
// workers. A Snapshot keeps the seed, and Restore takes it from there.
func WithRoundingSeed(seed uint64) Option { return func(c *config) { c.roundingSeed = seed } }

// checkFormats returns an error unless the formats are those of an optimizer of T.
func checkFormats[T kernels.Float](c *config) error {
	if err := checkFormat[T]("WithStateFormat", c.format); err != nil {
		return err
	}
	for _, s := range c.settings {
		if err := checkFormat[T]("GroupStateFormat", s.format.value); err != nil {
			return err
		}
	}
	return nil
}

func checkFormat[T kernels.Float](option string, f Format) error {
	if !f.isValid() {
		return fmt.Errorf("optim: %s = %v, want Native, BFloat16 or Int8", option, f)
	}
	if f != Native && !is32[T]() {
		return fmt.Errorf("optim: %s = %v, which is for optimizers of float32, not of %T", option, f, T(0))
	}
	return nil
}
