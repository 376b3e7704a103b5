package optim

import "fmt"

// Unchecked leaves out the norm of the gradients and the look for infinite and NaN
// ones, as torch's optimizers do: such gradients go into the parameters and the state, and of
// state in 8 bits into a whole block, see [Int8]. A step then reads every gradient once, in the
// pass that updates, where otherwise one pass comes before. The report's GradNorm is NaN, and
// no step is skipped.
//
// It is an error beside what needs the norm or the look: [ClipNorm], [ClipParamNorm],
// [GroupClipNorm], [FailAfterSkips] and a loss scale that adapts itself. [ClipValue] works.
// train.GradNormLimit, which goes by the norm, is an error of the run.
func Unchecked() Option { return func(c *config) { c.unchecked = true } }

// Checked reports whether the steps look at the gradients first, and so whether their
// reports have a GradNorm: without [Unchecked].
func (o *Optimizer[T]) Checked() bool { return !o.unchecked }

// checkUnchecked returns an error for options that need what Unchecked leaves out.
func (c *config) checkUnchecked() error {
	if !c.unchecked {
		return nil
	}
	groupClipNorm := false
	for _, s := range c.settings {
		groupClipNorm = groupClipNorm || s.clipNorm.set
	}
	for _, o := range []struct {
		name string
		set  bool
	}{
		{"ClipNorm", c.clipNorm.set},
		{"ClipParamNorm", c.clipParamNorm.set},
		{"GroupClipNorm", groupClipNorm},
		{"FailAfterSkips", c.failAfter.set && c.failAfter.value > 0},
		{"a loss scale that adapts itself", c.scaler.adapts()},
	} {
		if o.set {
			return fmt.Errorf("optim: Unchecked beside %s, which needs the gradients checked", o.name)
		}
	}
	return nil
}
